import { defineConfig } from 'vitest/config';

/** `npm run check:package`: the tarball as users get it. Slow, and it installs from the registry. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
