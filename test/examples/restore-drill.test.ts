import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bySecret,
  createVault,
  encryptDelete,
  encryptRow,
  exportVault,
  generateRecoveryKey,
  memoryStore,
  type RowToExport,
} from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import { statementOf } from '../../examples/bank-statement/statement-table.js';
import { bundleRestorer } from '../../examples/restore-drill/bundle-restorer.js';
import { readCommandLine } from '../../examples/restore-drill/command-line.js';
import { openFolder } from '../../examples/restore-drill/output-folder.js';
import { statementTable } from '../../examples/restore-drill/statement-table.js';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const TSCONFIG = join(import.meta.dirname, 'tsconfig.json');
const ROWS = Array.from({ length: 5 }, (_, i) => ({
  id: `r${i}`,
  account: 'giro',
  amount: `${i}.50`,
  note: i === 3 ? 'a "quoted",\nbroken line' : `note ${i}`,
}));

let folder: string;
let recoveryKey: string;
let lines: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowseal-restore-'));
  await bundleRestorer(join(folder, 'restore.mjs'), TSCONFIG);
  await copyFile(join(EXAMPLES, 'restore-drill/no-network.mjs'), join(folder, 'no-network.mjs'));
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const made = await createVault(memoryStore(), bySecret(secret));
  recoveryKey = made.recoveryKey;
  const sealed = ROWS.map((row) => encryptRow(made.vault, statementTable, row));
  const gone = encryptRow(made.vault, statementTable, { id: 'gone', note: 'old' });
  const rows = [...sealed, encryptDelete(made.vault, statementTable, gone)];
  const file = exportVault(
    made.vault,
    rows.map((row): RowToExport => ({ table: statementTable, row })),
  );
  const chunks: string[] = [];
  for await (const chunk of file) chunks.push(chunk);
  lines = chunks;
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of its own in a folder where nothing is but the restorer, a file, and no network. */
function run(args: readonly string[], secrets: Record<string, string>, typed = ''): Promise<Run> {
  const command = ['--import', './no-network.mjs', ...args];
  return new Promise((resolve) => {
    const options = { cwd: folder, env: secrets };
    const child = execFile(process.execPath, command, options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.end(typed);
  });
}

/** Restores these lines, and reads what was written. */
async function restore(name: string, text: string, ...flags: string[]) {
  await writeFile(join(folder, `${name}.jsonl`), text);
  const args = ['restore.mjs', `${name}.jsonl`, name, '--recovery-key', ...flags];
  const ran = await run(args, { ROWSEAL_RECOVERY_KEY: recoveryKey });
  const written = new Map<string, string>();
  for (const each of await readdir(join(folder, name))) {
    written.set(each, await readFile(join(folder, name, each), 'utf8'));
  }
  return { ...ran, written };
}

const parsed = (text = '') =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]));

it('its table is the one that the demo makes of the statement', async () => {
  const csv = await readFile(join(EXAMPLES, 'bank-statement/statement.csv'));
  const { table } = statementOf(readCsv(csv), ['date', 'account']);
  const ids = ({ layout }: typeof table) =>
    layout.columns.map(({ name, id, kind, presence }) => ({ name, id, kind, presence }));
  expect(ids(statementTable as unknown as typeof table)).toEqual(ids(table));
  expect(statementTable.layout.tableId).toEqual(table.layout.tableId);
});

describe('the restorer', () => {
  it('writes every row of a whole file, for its user alone', async () => {
    const { code, stdout, stderr, written } = await restore('whole', lines.join(''));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parsed(written.get('statement_rows.jsonl'))).toEqual(ROWS);
    expect([...written.keys()]).toEqual(['statement_rows.jsonl']);
    expect(stdout).toMatch(/^statement_rows: 5 rows restored\ndeleted rows: 1\nThe file is whole/);
    expect((await stat(join(folder, 'whole'))).mode & 0o77).toBe(0);
  });

  it('writes CSV where it is asked to', async () => {
    const { code, written } = await restore('csv', lines.join(''), '--csv');
    expect(code).toBe(0);
    const { header, records } = readCsv(Buffer.from(written.get('statement_rows.csv') as string));
    const at = (record: readonly string[], name: string) => record[header.indexOf(name)];
    const back = records.map((each) => ['id', 'account', 'amount', 'note'].map((n) => at(each, n)));
    expect(back).toEqual(ROWS.map(({ id, account, amount, note }) => [id, account, amount, note]));
  });

  it.each([
    ['cut off in the middle of a row', () => lines.join('').slice(0, -600), /The end of the file/],
    ['thinned', () => lines.filter((_, i) => i !== 2).join(''), /The file was changed/],
    ['with other line ends', () => lines.join('').replaceAll('\n', '\r\n'), /was changed/],
  ])('restores what opens of a file %s, says so, and exits with 1', async (name, text, says) => {
    const { code, stdout, written } = await restore(name, text());
    expect(code).toBe(1);
    expect(stdout).toMatch(says);
    const rows = parsed(written.get('statement_rows.jsonl')) as typeof ROWS;
    for (const row of rows) expect(row).toEqual(ROWS.find(({ id }) => id === row.id));
    expect(rows.length).toBeGreaterThanOrEqual(4);
    const losses = parsed(written.get('not-restored.jsonl'));
    expect(losses).toContainEqual(expect.objectContaining({ code: 'EXPORT_DAMAGED', line: null }));
  });

  it('lists a row that was tampered with, and restores the others', async () => {
    const text = lines.join('').replace('"id":"r1"', '"id":"r9"');
    const { code, stdout, written } = await restore('tampered', text);
    expect(code).toBe(1);
    expect(stdout).toContain('not restored: 1 × ROW_AUTH_FAILED');
    const kept = ROWS.filter(({ id }) => id !== 'r1');
    expect(parsed(written.get('statement_rows.jsonl'))).toEqual(kept);
    expect(parsed(written.get('not-restored.jsonl'))[0]).toMatchObject({
      line: 3,
      table: 'statement_rows',
      id: 'r9',
      code: 'ROW_AUTH_FAILED',
    });
  });

  it('takes the secret from its input', async () => {
    await writeFile(join(folder, 'input.jsonl'), lines.join(''));
    const args = ['restore.mjs', 'input.jsonl', 'from-input', '--recovery-key'];
    expect(await run(args, {}, `${recoveryKey.toLowerCase()}\n`)).toMatchObject({ code: 0 });
    expect((await run(args, {})).stderr).toMatch(/nothing was typed/);
  });

  it.each([
    ['a wrong secret', generateRecoveryKey(), ['refused.jsonl', 'refused'], /^UNLOCK_FAILED: /],
    ['a typing error', 'x', ['refused.jsonl', 'refused'], /^RECOVERY_KEY_TYPO: /],
    ['no file', 'x', ['gone.jsonl', 'refused'], /^There is no file 'gone.jsonl'\.\n$/],
  ])('says what is wrong in one sentence, with exit code 2: %s', async (_, secret, paths, says) => {
    await writeFile(join(folder, 'refused.jsonl'), lines.join(''));
    const args = ['restore.mjs', ...paths, '--recovery-key'];
    const { code, stdout, stderr } = await run(args, { ROWSEAL_RECOVERY_KEY: secret });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(await readdir(folder)).not.toContain('refused');
  });

  it('writes into no folder where something is', async () => {
    await expect(openFolder(folder, 'csv')).rejects.toThrow(/is not empty\./);
  });

  it.each([
    [['one'], /^It takes two paths/],
    [['one', 'two', 'a secret'], /^It takes two paths/],
    [['one', 'two', '--password', 'a secret'], /^Unknown option '--password'/],
  ])('refuses the arguments %j', (args, says) => {
    expect(() => readCommandLine(args)).toThrow(says);
  });
});

describe('a file of version 1, made elsewhere,', () => {
  const vectorOf = async (name: string) => {
    const path = join(import.meta.dirname, `../vectors/exports/${name}.json`);
    return JSON.parse(await readFile(path, 'utf8')) as {
      readonly file: string;
      readonly open: { readonly recoveryKey?: string; readonly password?: string };
      readonly entries: readonly { readonly table: string; readonly row: object | null }[];
    };
  };

  beforeAll(() =>
    bundleRestorer(
      join(folder, 'restore-vectors.mjs'),
      TSCONFIG,
      join(import.meta.dirname, 'restore-vectors.ts'),
    ),
  );

  it.each([
    ['complete', 0],
    ['thinned', 1],
    ['made-export', 0],
  ])('is restored: %s', async (name, expected) => {
    const { file, open, entries } = await vectorOf(name);
    const output = `vector-${name}`;
    await writeFile(join(folder, `${output}.jsonl`), file);
    const flags = open.password ? [] : ['--recovery-key'];
    const { code } = await run(['restore-vectors.mjs', `${output}.jsonl`, output, ...flags], {
      ROWSEAL_PASSWORD: open.password ?? '',
      ROWSEAL_RECOVERY_KEY: open.recoveryKey ?? '',
    });
    expect(code).toBe(expected);
    for (const table of new Set(entries.map((entry) => entry.table))) {
      const restored = parsed(await readFile(join(folder, output, `${table}.jsonl`), 'utf8'));
      const rows = entries.filter((entry) => entry.table === table && entry.row !== null);
      expect(restored).toEqual(rows.map(({ row }) => row));
    }
  });
});

it('without a network, every way to one throws', async () => {
  const uses = [
    "fetch('http://127.0.0.1:9')",
    "(await import('node:net')).connect(9)",
    "new (await import('node:net')).Socket().connect(9)",
    "(await import('node:http')).get('http://127.0.0.1:9')",
    "(await import('node:dns')).lookup('localhost', () => {})",
    "(await import('node:dns/promises')).resolve('localhost')",
    "new (await import('node:dns')).Resolver().resolve4('localhost', () => {})",
    "new (await import('node:dns/promises')).Resolver().reverse('127.0.0.1')",
    "(await import('node:dgram')).createSocket('udp4')",
  ];
  const tries = uses.map(
    (use) => `try { await ${use} } catch ({ message }) { console.log(message) }`,
  );
  const { stdout } = await run(['--input-type=module', '-e', tries.join('\n')], {});
  expect(stdout).toBe('This program must not use a network.\n'.repeat(uses.length));
});
