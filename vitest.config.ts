import { defineConfig } from 'vitest/config';
import { entryPoints } from './test/support/entry-points.js';

/** Examples import the package by its name; under test that means the source, built or not. */
const sources = [...entryPoints].map(([name, replacement]) => ({
  find: new RegExp(`^${name}$`),
  replacement,
}));

/** Folders whose tests leave nothing behind: their files share processes, and load each module once. */
const SHARING = ['attacks', 'bytes', 'crypto', 'recovery', 'rows', 'vault', 'vectors'];
/** Files in these folders that put another module in the place of one. */
const MOCKING = [
  'test/attacks/a10-nonce-reuse.test.ts',
  'test/attacks/a12-randomness.test.ts',
  'test/vault/copied-keys.test.ts',
  'test/vault/resume-faults.test.ts',
];

export default defineConfig({
  resolve: { alias: sources },
  test: {
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
    projects: [
      {
        extends: true,
        test: {
          name: 'sharing',
          include: SHARING.map((folder) => `test/${folder}/**/*.test.ts`),
          exclude: MOCKING,
          isolate: false,
          typecheck: { enabled: false },
        },
      },
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['test/*.test.ts', `test/!(${SHARING.join('|')})/**/*.test.ts`, ...MOCKING],
        },
      },
    ],
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
