import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { allVectors } from './generate/all-files.js';
import { storedVectors } from './stored-vectors.js';

const stored = storedVectors();
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
const format = readFileSync(resolve(import.meta.dirname, '../../docs/format.md'), 'utf8');

/** The text of each numbered section, in one line. */
const sections = new Map(
  format.split(/^## (?=\d)/m).map((text) => [text.split('.')[0] as string, oneLine(text)]),
);

interface Held {
  readonly holds: readonly { readonly section: string; readonly sentence: string }[];
}

it('what the generator makes is what is stored, every time, no file more or less', async () => {
  for (const made of [await allVectors(), await allVectors()]) {
    expect([...stored.keys()].sort()).toEqual([...made.keys()].sort());
    const different = [...made].filter(([path, text]) => stored.get(path) !== text);
    expect(
      different.map(([path]) => path),
      'npm run vectors writes them anew',
    ).toEqual([]);
  }
});

it('every folder of vectors is known', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const known = [...new Set([...stored.keys()].map((path) => path.split('/')[0]))];
  expect(folders.sort()).toEqual([...known, 'generate', 'through-src'].sort());
  for (const path of stored.keys()) expect(path).toMatch(/\.json$/);
});

it.each([...stored])('%s holds sentences that stand in docs/format.md', (_, text) => {
  const { holds } = JSON.parse(text) as Held;
  expect(holds.length).toBeGreaterThan(0);
  for (const { section, sentence } of holds) {
    expect(sections.get(section), `section ${section}`).toContain(oneLine(sentence));
  }
});
