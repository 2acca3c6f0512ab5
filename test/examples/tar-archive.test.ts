import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withoutFileHeaders } from '../../examples/bank-statement/tar-archive.js';

const folder = mkdtempSync(join(tmpdir(), 'rowseal-tar-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONTENTS = { a: 'first', b: '', c: 'x'.repeat(1500), d: 'last' };

describe('an archive without file headers', () => {
  it('keeps every byte of every file, and nothing of names, dates and sizes', () => {
    for (const [name, text] of Object.entries(CONTENTS)) writeFileSync(join(folder, name), text);
    const names = Object.keys(CONTENTS);
    const { stdout } = spawnSync('tar', ['-cf', '-', '--format=ustar', ...names], { cwd: folder });
    expect(stdout.includes('ustar')).toBe(true);
    const text = Buffer.from(withoutFileHeaders(new Uint8Array(stdout))).toString('latin1');
    expect(text.split(/\0+/).filter(Boolean)).toEqual(Object.values(CONTENTS).filter(Boolean));
  });

  it('is made of an archive', () => {
    expect(() => withoutFileHeaders(new Uint8Array(512).fill(65))).toThrow(/no tar archive/);
  });
});
