import { defineConfig } from 'vitest/config';

/** `npm run test:browser`: what only a browser can tell. It fails where there is no Chromium. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
