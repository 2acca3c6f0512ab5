/**
 * `npm run soak:export`: writes and reads an export of 200,000 rows, some 200 MB, in a heap
 * of 64 MB. It fails where either holds more than a line, since the heap does not suffice then.
 *
 * `-- --rows 1000000` for more.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { defineTable, encrypted, encryptRow, exportVault, openExport } from '../../src/index.js';
import { vaultForTesting } from '../../src/testing/testing.js';

const HEAP_MB = 64;
const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '200000' } } });
const rows = Number(options.rows);
if (!Number.isSafeInteger(rows) || rows < 1) throw new RangeError('--rows takes a whole number.');

if (getHeapStatistics().heap_size_limit > 2 * HEAP_MB * 2 ** 20) runInSmallHeap();
else await run();

function runInSmallHeap(): void {
  const heap = `--max-old-space-size=${HEAP_MB}`;
  const command = [heap, '--import', 'tsx', import.meta.filename, '--rows', String(rows)];
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

async function run(): Promise<void> {
  const notes = defineTable('notes', { body: encrypted.text() });
  const { vault, opener } = vaultForTesting('a large vault');
  const row = encryptRow(vault, notes, { id: 'n1', body: 'x'.repeat(500) });
  function* all() {
    for (let i = 0; i < rows; i++) yield { table: notes, row };
  }
  let characters = 0;
  async function* counted() {
    for await (const chunk of exportVault(vault, all())) {
      characters += chunk.length;
      yield chunk;
    }
  }
  const opened = await openExport(counted(), opener, { tables: [notes] });
  let read = 0;
  for await (const entry of opened) if (entry.ok) read += 1;
  const { state } = opened.report();
  console.log(
    `${read} rows, ${Math.round(characters / 1e6)} MB, ${state}, in ${HEAP_MB} MB of heap`,
  );
  if (read !== rows || state !== 'complete') process.exitCode = 1;
}
