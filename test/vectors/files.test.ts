import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isWhole } from './format-sentences.js';
import { allVectors } from './generate/all-files.js';
import { storedVectors } from './stored-vectors.js';

const stored = storedVectors();

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

it.each([...stored])('%s holds whole sentences of docs/format.md', (_, text) => {
  const { holds } = JSON.parse(text) as Held;
  expect(holds.length).toBeGreaterThan(0);
  expect(holds.filter(({ section, sentence }) => !isWhole(section, sentence))).toEqual([]);
});

it.each([
  ['a word', '5', 'the'],
  ['a cell', '5', 'the checksum'],
  ['the end of a sentence', '3', 'a reader MUST compute them.'],
  ['the beginning of one', '1', 'One content has one encoding:'],
  ['two sentences that do not meet', '4', 'Normalise to NFC. Refuse the empty text.'],
  ['a heading', '5', 'Recovery keys'],
  ['a sentence of another section', '8', 'Normalise to NFC.'],
  ['nothing', '5', ''],
])('%s is no sentence', (_, section, quote) => expect(isWhole(section, quote)).toBe(false));
