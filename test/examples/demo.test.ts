import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textWidth } from '../../examples/bank-statement/text-width.js';

const ROOT = join(import.meta.dirname, '../..');
const NASTY = `\uFEFFDay;Who;Amount;;id;__proto__;Note\r
2024-01-25;"Møller; Strand ""& Co""";2500.00;;7;株式会社みどり;"line one\r
line two"\r
2024-01-26;مطعم الياسمين;-12.50;x;;;\r
;;;;;;only a note\r
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowseal-demo-'));
  await writeFile(join(folder, 'nasty.csv'), NASTY);
  await writeFile(join(folder, 'empty.csv'), '');
  await writeFile(join(folder, 'ragged.csv'), 'a,b\n1,2\n3\n');
  await writeFile(join(folder, 'long.csv'), `a,b\n1,2\n3,${'x'.repeat(1 << 20)}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The demo as a process of its own, over the sources, so that nothing needs to be built. */
function demo(...args: string[]): Promise<Run> {
  const command = ['--import', 'tsx', join(ROOT, 'examples/bank-statement/demo.ts'), ...args];
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(import.meta.dirname, 'tsconfig.json') };
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe('the demo', () => {
  it('proves its claims for a nasty file', async () => {
    const { code, stdout, stderr } = await demo(join(folder, 'nasty.csv'), '--cleartext', 'Day');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('3 rows, 7 columns, separated by semicolons');
    expect(stdout).toMatch(/Day +the server sees it/);
    expect(stdout).toMatch(/Amount +encrypted decimal/);
    expect(stdout).toMatch(/csv_id +encrypted decimal +\(in the file: 'id'\)/);
    expect(stdout).toContain('21 of 21 cells');
    expect(stdout).toContain('All 17 claims hold.');
    expect(stdout.match(/^ {4}✓/gm)).toHaveLength(2 * 17); // where it is checked, and at the end
    expect(stdout).not.toContain('✗');
    for (const line of stdout.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(100);
    expect(stdout).not.toContain('\x1b');
  }, 600_000);

  it.each([
    [['gone.csv'], /^There is no file '.*gone\.csv'\.\n$/],
    [['empty.csv'], /^The file is empty\.\n$/],
    [['ragged.csv'], /^The row that begins on line 3 has 1 field, but the header has 2\.\n$/],
    [['nasty.csv', '--cleartext', 'Betrag'], /^There is no column 'Betrag' .*\n$/],
    [['nasty.csv', '--colour'], /^Unknown option '--colour'.*\n$/],
    [['long.csv'], /^Data row 2 can't be sealed: A row can't hold more than 1 MiB\. .*\n$/],
  ])('says %j in one sentence, with exit code 2', async ([file = '', ...options], sentence) => {
    const { code, stderr } = await demo(join(folder, file), ...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });

  it('has a help text', async () => {
    const { code, stdout } = await demo('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--cleartext');
  });
});
