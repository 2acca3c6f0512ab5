import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));

/** What the reader may stand on, and what its tests and the files behind them may besides. */
const libraries = new Set(['hash-wasm', 'libsodium-wrappers', 'node:crypto']);
const testLibraries = new Set(['node:fs', 'vitest']);

const isTest = (file: string): boolean => /^vector-|\.test\.ts$/.test(file);

test.each(files)('%s knows nothing of the package', (file) => {
  const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
  const imported = [...source.matchAll(/\b(?:from|import|require)\s*\(?\s*(['"`])(.*?)\1/g)];
  const foreign = imported
    .map(([, , name = '']) => name)
    .filter((name) => !/^\.\/[a-z0-9-]+\.js$/.test(name) && !libraries.has(name))
    .filter((name) => !(isTest(file) && testLibraries.has(name)));
  expect(foreign).toEqual([]);
});

test('there are files to look at', () => {
  expect(files).toContain('header.ts');
  expect(files).toContain('row.ts');
});
