/**
 * A process with a mirror of its own, which logs out in the way it is told. It is killed: before the
 * step it is told, counted from 0, or by the test that started it.
 */
import { startMirror } from '../../src/adapters/powersync/powersync.js';
import { vaultForTesting } from '../../src/testing/testing.js';
import { indexedSchema, notes, OWN_TABLES, OWN_TABLES_SQL, WAYS } from './leaving.js';
import { powersyncAt } from './powersync-at.js';

const [folder = '', way = '', fatalStep = ''] = process.argv.slice(2);
const db = powersyncAt(folder, indexedSchema);
let steps: number | null = null;

/** What a log-out is made of. */
const STEPS = ['writeLock', 'writeTransaction', 'disconnectAndClear', 'execute'];

const counted = new Proxy(db, {
  get(target, name) {
    const value: unknown = Reflect.get(target, name, target);
    if (typeof value !== 'function') return value;
    return (...args: unknown[]) => {
      if (steps !== null && STEPS.includes(String(name))) {
        if (String(steps) === fatalStep) process.kill(process.pid, 'SIGKILL');
        steps += 1;
      }
      return Reflect.apply(value, target, args);
    };
  },
});

await db.waitForReady();
for (const sql of OWN_TABLES_SQL) await db.execute(sql);
const { vault } = vaultForTesting('mirrored powersync');
const mirror = await startMirror({ db: counted, tables: [notes], vault, alsoClear: OWN_TABLES });
await mirror.flush();
process.on('message', async (asked) => {
  if (asked === 'write') return write();
  steps = 0;
  process.send?.({ leaving: true });
  await WAYS[way]?.(counted);
  process.send?.({ steps });
});
process.once('disconnect', () => process.exit()); // the test is over
process.send?.({ ready: true });

/** As an app does that has not heard of the log-out. */
async function write(): Promise<void> {
  const tell = () => {
    process.send?.({ state: mirror.status.state });
  };
  const stop = mirror.subscribe(tell);
  tell();
  // The other process made the views anew; Node 24's SQLite learns of it by a read.
  await db.writeLock((connection) => connection.getAll('SELECT name FROM sqlite_schema'));
  await db.execute("INSERT INTO notes (id, body, count, folder) VALUES ('late', 'x', 1, 'inbox')");
  await mirror.flush().catch(() => {});
  stop();
}
