import { expect, it } from 'vitest';
import { chunkBytes, type ExportSource } from '../../src/recovery/chunk-bytes.js';
import { readLines } from '../../src/recovery/read-lines.js';

const TEXT = 'first\n\nü€🐕🐈\u0000x\n𝄞end of it';
const LINES = TEXT.split('\n');
const BYTES = new TextEncoder().encode(TEXT);

async function linesOf(source: ExportSource, limit = 1000): Promise<(string | null)[]> {
  const lines: (string | null)[] = [];
  for await (const { number, bytes } of readLines(chunkBytes(source), () => limit)) {
    expect(number).toBe(lines.length + 1);
    lines.push(bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  }
  return lines;
}

it('lines are the same, cut at every two bytes and every two characters', async () => {
  for (const whole of [BYTES, TEXT]) {
    for (let one = 0; one <= whole.length; one++) {
      for (let two = one; two <= whole.length; two++) {
        const chunks = [whole.slice(0, one), whole.slice(one, two), whole.slice(two)];
        expect(await linesOf(chunks)).toEqual(LINES);
      }
    }
  }
});

it('text and bytes may take turns', async () => {
  expect(await linesOf([TEXT.slice(0, 9), new TextEncoder().encode(TEXT.slice(9))])).toEqual(LINES);
});

it('a half character before bytes is no text, and stays where it was', async () => {
  expect(await linesOf(['a\ud83d', Uint8Array.of(98, 10, 99)])).toEqual(['a\ufffdb', 'c']);
});

it('half a character is no text, and spoils nothing else', async () => {
  expect(await linesOf(['a\ud83d', 'b\nc\n\ud83d'])).toEqual(['a\ufffdb', 'c', '\ufffd']);
});

it('long text is encoded in pieces that cut no character', async () => {
  const long = `${'x'.repeat(65_535)}🐕${'y'.repeat(65_534)}🐈\n${'🐕'.repeat(40_000)}`;
  expect(await linesOf([long], 1_000_000)).toEqual(long.split('\n'));
});

it('an empty file has no line, and a line feed at the end begins none', async () => {
  expect(await linesOf([])).toEqual([]);
  expect(await linesOf(['', new Uint8Array(0)])).toEqual([]);
  expect(await linesOf(['a\n'])).toEqual(['a']);
});

it.each([1, 3, 100])(
  'of a line that is too long, in chunks of %i, nothing is kept',
  async (size) => {
    const text = `${'x'.repeat(10)}\n${'x'.repeat(11)}\nshort\n${'y'.repeat(11)}`;
    const chunks = Array.from({ length: text.length / size + 1 }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    expect(await linesOf(chunks, 10)).toEqual(['x'.repeat(10), null, 'short', null]);
  },
);

it('a line that grows to its limit takes no more memory than that', async () => {
  const limit = 5000;
  const chunks = [...'x'.repeat(limit)].concat('\n');
  for await (const { bytes } of readLines(chunkBytes(chunks), () => limit)) {
    expect(bytes?.length).toBe(limit);
    expect(bytes?.buffer.byteLength).toBe(limit);
  }
});
