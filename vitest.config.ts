import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
const { exports } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));

/** Examples import the package by its name; under test that means the source, built or not. */
const sources = Object.entries<string | { default: string }>(exports).flatMap(
  ([subpath, target]) =>
    typeof target === 'string'
      ? []
      : {
          find: new RegExp(`^rowseal${subpath.slice(1)}$`),
          replacement: resolve(
            root,
            target.default.replace(/^\.\/dist/, 'src').replace(/js$/, 'ts'),
          ),
        },
);

export default defineConfig({
  resolve: { alias: sources },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/packaging/**'], // slow, and it asks the registry: npm run check:package
    testTimeout: 30_000, // one Argon2id run in plain JavaScript takes a second or more
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'tsconfig.types.json',
    },
  },
});
