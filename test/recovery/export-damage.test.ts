import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  byPassword,
  createVault,
  encryptRow,
  memoryStore,
  openExport,
  RowsealError,
} from '../../src/index.js';
import {
  FIRST_LINE_LIMIT,
  LINE_LIMIT,
  parseLine,
  type RowLine,
} from '../../src/recovery/export-line.js';
import { JSON_COMMA_LIMIT } from '../../src/recovery/export-value.js';
import { holdsInTime } from '../properties/holds.js';
import { exportedLines, exportWorld, notes, readExport, rowsOf } from '../support/exports.js';
import { fastKdf } from '../support/fast-kdf.js';

const { vault, opener } = await exportWorld();
const plain = ['n1', 'n2', 'ñ3 🐈'].map((id) => ({ id, body: `body of ${id}`, folder: 'ü€🐕' }));
const lines = await exportedLines(
  vault,
  rowsOf(
    notes,
    plain.map((row) => encryptRow(vault, notes, row)),
  ),
);
const text = lines.join('');
const bytes = new TextEncoder().encode(text);
const [first = '', ...rest] = lines;
const last = rest.pop() as string;

describe('a whole file is complete', () => {
  it('in chunks of any size, as text and as bytes', async () => {
    for (const size of [1, 2, 3, 7, 64, 1000, 100_000]) {
      const chunks: (string | Uint8Array)[] = [];
      for (let at = 0; at < text.length; at += size) chunks.push(text.slice(at, at + size));
      expect((await readExport(chunks, opener)).report.state).toBe('complete');
    }
  });

  it('cut anyhow', async () => {
    const expected = await readExport([bytes], opener);
    expect(expected.rows).toEqual(plain);
    const cuts = fc.array(fc.nat({ max: bytes.length }));
    const property = fc.asyncProperty(cuts, async (places) => {
      const ends = [0, ...places.sort((a, b) => a - b), bytes.length];
      const chunks = ends.slice(1).map((end, i) => bytes.subarray(ends[i], end));
      expect(await readExport(chunks, opener)).toEqual(expected);
    });
    await holdsInTime(property, 20);
  });

  it('from a source that uses one buffer for all its chunks', async () => {
    async function* source() {
      const buffer = new Uint8Array(50);
      for (let at = 0; at < bytes.length; at += 50) {
        const chunk = bytes.subarray(at, at + 50);
        buffer.set(chunk);
        yield buffer.subarray(0, chunk.length);
      }
    }
    expect((await readExport(source(), opener)).rows).toEqual(plain);
  });

  it('from a stream of the web', async () => {
    const { rows, report } = await readExport(new Blob([bytes]).stream(), opener);
    expect(rows).toEqual(plain);
    expect(report.state).toBe('complete');
  });

  it('where only its very last line feed is gone', async () => {
    expect((await readExport([text.slice(0, -1)], opener)).report.state).toBe('complete');
  });
});

const swapped = [rest[1], rest[0], rest[2]] as string[];
const other = await exportWorld();
const foreign = await exportedLines(other.vault, []);
const ALTERED: Record<string, readonly string[]> = {
  'a row is gone': [first, ...rest.slice(1), last],
  'a row stands twice': [first, ...rest, rest[0] as string, last],
  'rows changed places': [first, ...swapped, last],
  'something follows': [...lines, rest[0] as string],
  'an empty line follows': [...lines, '\n'],
  'the last line stands twice': [...lines, last],
  'a last line stands in the middle': [first, ...rest.slice(0, 1), last, ...rest.slice(1), last],
  'it has the last line of another vault': [first, ...rest, foreign[1] as string],
  'a row is gone, and the number was mended': [
    first,
    ...rest.slice(1),
    last.replace('"rows":3', '"rows":2'),
  ],
  'the number is another': [first, ...rest, last.replace('"rows":3', '"rows":4')],
  'a line was damaged': [first, ...rest.slice(0, 2), `{${rest[2]}`, last],
  'the words of the first line are others': [first.replace('backup', 'Backup'), ...rest, last],
  'a space was added': [first, ` ${rest[0]}`, ...rest.slice(1), last],
  'it begins with a byte order mark': ['\ufeff', ...lines],
  'a character lost its other half': [first.replace('backup', '\ud83d'), ...rest, last],
  'its lines end otherwise': lines.map((line) => line.replace('\n', '\r\n')),
  'a visible column was changed': [
    first,
    (rest[0] as string).replace('ü€', 'no'),
    ...rest.slice(1),
    last,
  ],
};

describe('a file is altered where', () => {
  it.each(Object.entries(ALTERED))('%s', async (_, altered) => {
    const { rows, entries, report } = await readExport(altered, opener);
    expect(report.state).toBe('altered');
    for (const row of rows) expect(plain).toContainEqual(row);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(entries.at(-1)).toMatchObject({
      ok: false,
      line: null,
      error: { code: 'EXPORT_DAMAGED', message: expect.stringContaining('not as it was written') },
    });
  });

  it('any byte after the header is another, and what opens is authentic', async () => {
    const from = bytes.indexOf(10) + 1;
    const places = fc.record({
      at: fc.integer({ min: from, max: bytes.length - 2 }),
      flip: fc.integer({ min: 1, max: 255 }),
    });
    await holdsInTime(
      fc.asyncProperty(places, async ({ at, flip }) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ flip;
        const { rows, report } = await readExport([damaged], opener);
        expect(report.state).not.toBe('complete');
        for (const row of rows) expect(plain).toContainEqual(row);
        expect(rows.length).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

it('a file is truncated wherever it ends, and every row before that opens', async () => {
  const from = bytes.indexOf(10) + 1;
  for (let end = from; end < bytes.length - 1; end += 29) {
    const { rows, report, entries } = await readExport([bytes.subarray(0, end)], opener);
    expect(report.state).toBe('truncated');
    const whole = bytes.subarray(from, end).filter((byte) => byte === 10).length;
    expect(rows.slice(0, whole)).toEqual(plain.slice(0, whole));
    expect(entries.at(-1)).toMatchObject({
      error: { message: expect.stringContaining('The end') },
    });
  }
});

describe('a first line is refused, before any secret is used,', () => {
  const header = { rowseal: 'export', version: 1, about: 'x', header: vault.header };
  const of = (change: object) => `${JSON.stringify({ ...header, ...change })}\n`;
  it.each([
    ['of nothing', '', 'EXPORT_DAMAGED'],
    ['of no JSON', 'hello\n', 'EXPORT_DAMAGED'],
    ['of other JSON', 'null\n', 'EXPORT_DAMAGED'],
    ['of another kind', of({ rowseal: 'import' }), 'EXPORT_DAMAGED'],
    ['of version 0', of({ version: 0 }), 'EXPORT_DAMAGED'],
    ['of version 1 as text', of({ version: '1' }), 'EXPORT_DAMAGED'],
    ['of a later version', of({ version: 2 }), 'UNSUPPORTED_VERSION'],
    ['without a header', of({ header: undefined }), 'EXPORT_DAMAGED'],
    ['without words', of({ about: undefined }), 'EXPORT_DAMAGED'],
    ['with more than belongs there', of({ more: 1 }), 'EXPORT_DAMAGED'],
    ['that is too deep', of({ about: [[[[]]]] }), 'EXPORT_DAMAGED'],
    ['that is too long', of({ about: 'x'.repeat(FIRST_LINE_LIMIT) }), 'EXPORT_DAMAGED'],
    ['that is no UTF-8', Uint8Array.of(0xff, 10), 'EXPORT_DAMAGED'],
    ['with a damaged header', of({ header: 'A' }), 'HEADER_MALFORMED'],
    ['with an empty header', of({ header: '' }), 'HEADER_MALFORMED'],
    ['with a header of a later version', of({ header: 'Bg' }), 'UNSUPPORTED_VERSION'],
  ])('%s', async (_, line, code) => {
    const kdf = fastKdf();
    const refusal = openExport([line], byPassword('password', { kdf }));
    await expect(refusal).rejects.toMatchObject({ code });
    expect(kdf.runs).toBe(0);
  });

  it('that never ends, and is not collected', async () => {
    let given = 0;
    function* endless() {
      for (; given < 1000; given++) yield '{'.repeat(1024);
      yield '\n';
    }
    await expect(openExport(endless(), opener)).rejects.toMatchObject({ code: 'EXPORT_DAMAGED' });
    expect(given).toBe(1000);
  });
});

it('a header of which only the vault key could change something is refused', async () => {
  const kdf = fastKdf();
  const made = await createVault(memoryStore(), byPassword('password', { kdf }));
  const header = Buffer.from(made.vault.header, 'base64url');
  header[header.length - 1] = (header.at(-1) as number) ^ 1;
  const [line = ''] = await exportedLines(made.vault, []);
  const changed = line.replace(made.vault.header, header.toString('base64url'));
  const refusal = openExport([changed], byPassword('password', { kdf }));
  await expect(refusal).rejects.toMatchObject({ code: 'HEADER_TAMPERED' });
});

describe('a line is damaged', () => {
  const row = rest[0] as string;
  const payload = (parseLine(row) as RowLine).row.payload as string;
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  const rowWith = (more: string) =>
    `{"table":"notes","row":{"id":"n1","payload":"${payload}",${more}}}\n`;
  it.each([
    ['empty', '\n'],
    ['no JSON', 'x\n'],
    ['a number', '1\n'],
    ['an array', '[]\n'],
    ['an object of nothing', '{}\n'],
    ['without a table', line({ row: { id: 'n1' } })],
    ['with an empty table', line({ table: '', row: { id: 'n1' } })],
    ['with a long table', line({ table: 'x'.repeat(257), row: { id: 'n1' } })],
    ['with a table that is no text', line({ table: '\ud800', row: { id: 'n1' } })],
    ['with more names', line({ table: 'notes', row: { id: 'n1' }, more: 1 })],
    ['with a row that is none', line({ table: 'notes', row: 1 })],
    ['with no row', line({ table: 'notes', row: null })],
    ['with an array for a row', line({ table: 'notes', row: [] })],
    ['without an id', line({ table: 'notes', row: {} })],
    ['with an id that is a number', line({ table: 'notes', row: { id: 1 } })],
    ['with a value that is none', rowWith('"folder":{"what":"x"}')],
    ['with a prototype', rowWith('"__proto__":null')],
    ['with an empty name', rowWith('"":1')],
    ['that is deep', rowWith(`"folder":${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['with a last line that has more', line({ ...JSON.parse(last), more: 1 })],
    ['with a last line without a MAC', line({ rows: 3 })],
    ['with a last line with half a number', line({ ...JSON.parse(last), rows: 2.5 })],
    ['with a last line with less than nothing', line({ ...JSON.parse(last), rows: -1 })],
    ['with a last line with a short MAC', line({ rows: 3, mac: 'AAAA' })],
    ['that is no UTF-8', Uint8Array.of(0xc0, 0x80, 10)],
    ['that is too long', 'x'.repeat(LINE_LIMIT + 1).concat('\n')],
  ])('%s, and the others open', async (_, damaged) => {
    const { entries, rows, report } = await readExport([first, damaged, ...rest, last], opener);
    expect(entries[0]).toMatchObject({
      ok: false,
      line: 2,
      table: null,
      id: null,
      error: { code: 'EXPORT_DAMAGED' },
      sealed: null,
      uploads: [],
    });
    expect(rows).toEqual(plain);
    expect(report.state).toBe('altered');
  });

  it('and nobody has another prototype, whatever the names are', async () => {
    const names = '"constructor":1,"toString":"x","hasOwnProperty":null';
    const { entries } = await readExport([first, rowWith(names)], opener);
    expect(Object.getPrototypeOf(entries[0]?.sealed)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

it('whatever the lines are, nothing comes of them but entries and refusals', async () => {
  const pieces = fc.oneof(
    fc.constantFrom(...lines, ...lines.map((line) => line.slice(0, -1))),
    fc.json({ maxDepth: 5 }).map((json) => `${json}\n`),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc
      .record({ table: fc.constantFrom('notes', 1, null), row: fc.jsonValue() })
      .map((line) => `${JSON.stringify(line)}\n`),
    fc
      .dictionary(fc.string(), fc.jsonValue())
      .map(
        (row) =>
          `${JSON.stringify({ table: 'notes', row: { id: 'n1', payload: 'AQ', ...row } })}\n`,
      ),
  );
  await holdsInTime(
    fc.asyncProperty(fc.boolean(), fc.array(pieces, { maxLength: 8 }), async (begin, more) => {
      try {
        const source = begin ? [first, ...more] : more;
        const { rows } = await readExport(source, opener);
        for (const row of rows) expect(plain).toContainEqual(row);
      } catch (error) {
        if (!(error instanceof RowsealError)) throw error;
      }
    }),
  );
});

it('JSON of more values than a row may have is not parsed, in however many columns it stands', () => {
  const half = { json: `[${'"",'.repeat(JSON_COMMA_LIMIT / 2)}""]` };
  const row = { id: 'n1', a: half, b: half, c: null, d: 'text' };
  const whole = JSON.stringify({ table: 'notes', row });
  expect(parseLine(whole)).toMatchObject({ row: { c: null } });
  const parse = vi.spyOn(JSON, 'parse');
  const more = JSON.stringify({ table: 'notes', row: { ...row, c: { json: '[0,0]' } } });
  expect(parseLine(more)).toBeNull();
  expect(parse).toHaveBeenCalledTimes(1); // the line
  parse.mockRestore();
});

it('a line of more values than a row has is not parsed: in memory they would be many times its text', () => {
  const parse = vi.spyOn(JSON, 'parse');
  const names = Array.from({ length: 260 }, (_, i) => `"c${i}":0`).join();
  for (const line of [
    `{"table":"notes","row":{"id":"n1",${names}}}`,
    `{"table":"notes","row":{"id":[${'[],'.repeat(300)}[]]}}`,
    `[${'{},'.repeat(300)}{}]`,
  ]) {
    expect(parseLine(line)).toBeNull();
  }
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
  const commas = JSON.stringify({ table: 'notes', row: { id: ','.repeat(1000) } });
  expect(parseLine(commas)).toMatchObject({ table: 'notes' });
});
