import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));

/** What the reader may stand on, and what its tests and the files behind them may besides. */
const libraries = new Set(['hash-wasm', 'libsodium-wrappers', 'node:crypto']);
const testLibraries = new Set(['node:fs', 'vitest']);

const isTest = (file: string): boolean => /^vector-|\.test\.ts$/.test(file);

function importedBy(file: string): readonly string[] {
  const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
  const imported = [...source.matchAll(/\b(?:from|import|require)\s*\(?\s*(['"`])(.*?)\1/g)];
  return imported.map(([, , name = '']) => name);
}

test.each(files)('%s knows nothing of the package', (file) => {
  const foreign = importedBy(file)
    .filter((name) => !/^\.\/[a-z0-9-]+\.js$/.test(name) && !libraries.has(name))
    .filter((name) => !(isTest(file) && testLibraries.has(name)));
  expect(foreign).toEqual([]);
});

test('in the order of the README, each file of the reader imports only what stands above it', () => {
  const readme = readFileSync(`${import.meta.dirname}/README.md`, 'utf8');
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  const ordered = rows.flatMap((row) => row.split(' | ')[0]?.match(/[a-z0-9-]+\.ts/g) ?? []);
  expect([...ordered].sort()).toEqual(files.filter((file) => !isTest(file)).sort());
  for (const [i, file] of ordered.entries()) {
    const above = ordered.slice(0, i).map((name) => `./${name.replace('.ts', '.js')}`);
    const below = importedBy(file).filter((name) => !above.includes(name) && !libraries.has(name));
    expect(below, file).toEqual([]);
  }
});

test('there are files to look at', () => {
  expect(files).toContain('header.ts');
  expect(files).toContain('row.ts');
});
