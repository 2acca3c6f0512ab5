import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { textWidth } from '../../examples/bank-statement/text-width.js';

const ROOT = join(import.meta.dirname, '../..');
const STATEMENT = 'who,sum\nMøller & Strand,-12.50\n"Bäckerei ""Mühle""",-3.20\nKiosk,-4.50\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowseal-lost-laptop-'));
  await writeFile(join(folder, 'statement.csv'), STATEMENT);
});
afterAll(() => rm(folder, { recursive: true }));

it('brings every row to a new laptop, and leaves the lost one with what it had', async () => {
  const demo = join(ROOT, 'examples/lost-laptop/demo.ts');
  const command = ['--import', 'tsx', demo, join(folder, 'statement.csv')];
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(import.meta.dirname, 'tsconfig.json') };
  const { code, stdout, stderr } = await new Promise<{
    code: unknown;
    stdout: string;
    stderr: string;
  }>((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('3 of 3 row versions open');
  expect(stdout).toMatch(/0 of [4-9] row versions open/);
  expect(stdout).toContain('All 10 claims hold.');
  expect(stdout.match(/^ {4}✓/gm)).toHaveLength(2 * 10); // where it is checked, and at the end
  expect(stdout).not.toContain('✗');
  for (const line of stdout.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(100);
}, 600_000);
