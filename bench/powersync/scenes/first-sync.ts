/** The first sync of a new device, from `connect` to the last plaintext row. */
import type { PowerSyncDatabase } from '@powersync/node';
import { startMirror } from '../../../dist/adapters/powersync/powersync.js';
import { transactions } from '../../rows.js';
import { beginWriting } from '../app-writer.js';
import { connect, mirroredSchema, openDatabase, plainSchema, sealedSchema } from '../bench-app.js';
import { openBenchVault } from '../bench-vault.js';
import { ownerOf } from '../owners.js';
import { peakMemory } from '../peak-memory.js';
import type { Figures, FirstSync } from '../scene.js';
import { TABLE_OF } from '../served-rows.js';
import { untilReadable } from '../until-readable.js';

export function firstSync(scene: FirstSync): Promise<Figures> {
  return scene.variant === 'plain' || scene.variant === 'applied'
    ? withoutMirror(scene)
    : withMirror(scene);
}

async function withoutMirror({ variant, rows, folder, url }: FirstSync): Promise<Figures> {
  const kind = variant === 'plain' ? 'plain' : 'sealed';
  const db = await openDatabase(folder, variant === 'plain' ? plainSchema : sealedSchema);
  const readable = untilReadable(db, TABLE_OF[kind]);
  const cpu = process.cpuUsage();
  const began = performance.now();
  connect(db, url, ownerOf(kind, rows));
  const applied = (await readable) - began;
  const used = processorTime(cpu);
  await assertRows(db, TABLE_OF[kind], rows);
  await db.close();
  return { applied: [applied], memory: [peakMemory()], processor: [used] };
}

async function withMirror({ variant, rows, folder, url }: FirstSync): Promise<Figures> {
  const db = await openDatabase(folder, mirroredSchema);
  const vault = await openBenchVault();
  const mirror = await startMirror({ db, vault, tables: [transactions] });
  const sealedReadable = untilReadable(db, TABLE_OF.sealed);
  const plainReadable = untilReadable(db, TABLE_OF.plain);

  const cpu = process.cpuUsage();
  const began = performance.now();
  connect(db, url, ownerOf('sealed', rows));
  const appliedAt = await sealedReadable;
  const writer = variant === 'written' ? beginWriting(db) : null;
  const readableAt = await plainReadable;
  await mirror.waitForFirstSync();
  const doneAt = performance.now();
  const used = processorTime(cpu);
  const waits = (await writer?.end()) ?? [];
  const memory = peakMemory();

  await assertRows(db, TABLE_OF.plain, rows + waits.length);
  await mirror.close();
  await db.close();
  return {
    applied: [appliedAt - began],
    firstRows: [readableAt - appliedAt],
    done: [doneAt - began],
    memory: [memory],
    processor: [used],
    waits,
  };
}

/** Milliseconds of all threads since then: a machine with other work to do changes it little. */
function processorTime(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** A row that is missing would cost no time. */
async function assertRows(db: PowerSyncDatabase, table: string, rows: number): Promise<void> {
  const { count } = await db.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
  if (count !== rows) throw new Error(`'${table}' has ${count} rows, not ${rows}.`);
}
