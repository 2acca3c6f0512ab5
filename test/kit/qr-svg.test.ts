import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { generateRecoveryKey } from '../../src/index.js';
import { formatRecoveryKey } from '../../src/keys/recovery-key.js';
import { qrSvg } from '../../src/kit/qr-svg.js';

const SCALE = 4;
const QUIET = 4;

/** The modules of a drawing, dark ones true, as its rectangles say. */
function modulesOf(svg: string): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const rows = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const [, , code = ''] = svg.split(' d="');
  for (const [, x, y, width] of code.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    rows[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  }
  return rows;
}

function decode(rows: readonly (readonly boolean[])[]) {
  const side = rows.length * SCALE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let at = 0; at < side * side; at++) {
    const isDark = rows[Math.floor(at / side / SCALE)]?.[Math.floor((at % side) / SCALE)];
    if (isDark) pixels.fill(0, at * 4, at * 4 + 3);
  }
  // The package is CommonJS: its types and Node disagree about `default`.
  const read = (jsQR as unknown as { default?: typeof jsQR.default }).default ?? jsQR;
  return (read as typeof jsQR.default)(pixels, side, side);
}

describe('the QR code', () => {
  it.each([
    ...[0, 255].map((byte) => formatRecoveryKey(new Uint8Array(16).fill(byte))),
    ...Array.from({ length: 10 }, generateRecoveryKey),
  ])('is read as the key', (key) => {
    expect(decode(modulesOf(qrSvg(key, 'a code')))?.data).toBe(key);
  });

  it('holds the key alone, in alphanumeric mode', () => {
    const read = decode(modulesOf(qrSvg(generateRecoveryKey(), 'a code')));
    expect(read?.chunks.map(({ type }) => type)).toEqual(['alphanumeric']);
    expect(read?.version).toBe(4);
  });

  it('has four modules of white around it', () => {
    const rows = modulesOf(qrSvg(generateRecoveryKey(), 'a code'));
    expect(rows).toHaveLength(33 + 2 * QUIET);
    const isQuiet = (i: number) => i < QUIET || i >= rows.length - QUIET;
    const dark = rows.flatMap((row, y) =>
      row.map((isDark, x) => isDark && (isQuiet(x) || isQuiet(y))),
    );
    expect(dark).not.toContain(true);
  });

  it('survives a stain: 6 × 6 modules of it blackened', () => {
    const key = generateRecoveryKey();
    const rows = modulesOf(qrSvg(key, 'a code'));
    for (let y = 18; y < 24; y++) rows[y]?.fill(true, 18, 24);
    expect(decode(rows)?.data).toBe(key);
  });

  it('is one picture with one name', () => {
    const svg = qrSvg(generateRecoveryKey(), 'a "code" & <more>');
    expect(svg).toContain('aria-label="a &quot;code&quot; &amp; &lt;more&gt;"');
    expect(svg).toContain('<title>a &quot;code&quot; &amp; &lt;more&gt;</title>');
  });
});
