import { defineConfig } from 'vitest/config';
import { entryPoints } from './test/support/entry-points.js';

/** Examples import the package by its name; under test that means the source, built or not. */
const sources = [...entryPoints].map(([name, replacement]) => ({
  find: new RegExp(`^${name}$`),
  replacement,
}));

export default defineConfig({
  resolve: { alias: sources },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/packaging/**', // slow, and it asks the registry: npm run check:package
      'test/browser/**', // needs Chromium: npm run test:browser
    ],
    maxWorkers: '100%', // on a machine with two cores the default is one
    // Postgres in WebAssembly: to optimise its code takes longer than a test has use for it.
    execArgv: ['--liftoff-only'],
    // What takes a second of Argon2id, or starts a Postgres, takes long on a machine that is busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['test/**'], // whose `through-src` the pattern above would match
      reporter: ['text'],
      reportOnFailure: true,
      thresholds: { 100: true },
    },
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'tsconfig.types.json',
    },
  },
});
