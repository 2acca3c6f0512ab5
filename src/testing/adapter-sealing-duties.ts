/** Duties of an adapter: what waits for upload when the key changes. */

import type { Sealing } from '../sync/sealing.js';
import {
  type AdapterDuty,
  allWork,
  type Bench,
  type Device,
  finishAll,
  insert,
  newPayload,
  OTHER_VAULT_ID,
  placesOf,
  record,
  sealedNote,
  sealedTask,
  start,
  takenOver,
  update,
  VAULT_ID,
} from './adapter-bench.js';
import { ensure, ensureEqual } from './expectations.js';

const PREFIX_LENGTH = 44;
const ID_LENGTH = 32;
/** Ids of payloads that other devices had sent. */
const SEEN = 's'.repeat(ID_LENGTH);
const ALSO_SEEN = 'a'.repeat(ID_LENGTH);

export const SEALING_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'hands out first, and whole, what waits for upload under another key'(bench) {
    const { hands, store, next } = await waiting(bench);
    await hands.write([insert('notes', 'n3'), update('notes', 'n1', { body: 'since' })]);
    ensureEqual(await store.sealUnder(sealing(next)), 'noted', 'What became of the keys');
    const { rows, upTo } = await store.readWork(1, 0, []);
    ensureEqual(placesOf(rows).slice(0, 2), ['notes n1', 'tasks t1'], 'The rows of one upload');
    ensure(
      rows.every(({ entries }) => entries.some(({ dir }) => dir === 'reseal')),
      'A row is handed out with those that are to be sealed again.',
    );
    ensureEqual(upTo, 0, 'The last entry in hand');
    ensureEqual((await store.counts()).out, 4, 'The number of rows that wait to be sealed');
    const again = await takenOver(await bench.open(), VAULT_ID);
    await again.sealUnder(sealing(next));
    const { rows: left } = await again.readWork(1, 0, []);
    ensureEqual(left, rows, 'The rows after a kill, under the same keys');
  },
  async 'takes back what is superseded, and names what that had merged'(bench) {
    const { hands, store, next } = await waiting(bench);
    await store.sealUnder(sealing(next));
    const [primary = ''] = next;
    while (true) {
      const { rows, snapshot } = await store.readWork(1, 0, []);
      if (rows.length === 0) break;
      const outcomes = rows.map(({ table, id, entries }) => ({
        table,
        id,
        sealed: { ...(table === 'notes' ? sealedNote() : sealedTask()), payload: under(primary) },
        record: record(),
        done: entries.map(({ seq }) => seq),
        supersedes: true,
      }));
      await store.writeOutcomes(outcomes, snapshot);
    }
    const sent = (await hands.upload()).flat();
    ensureEqual(
      sent.map(({ table, id }) => `${table} ${id}`),
      ['notes n1', 'tasks t1', 'notes n2'],
      'What is sent',
    );
    ensure(
      sent.every(({ row }) => String(row?.payload).startsWith(primary)),
      'Something is sent under the key before.',
    );
    const named = String(sent[0]?.row?.parents).split(' ');
    ensure(
      [SEEN, ALSO_SEEN].every((id) => named.includes(id)),
      'What the payloads before had merged is not named.',
    );
  },
  async 'takes back what can not be sealed again, and hands it out at a release'(bench) {
    const { hands, store, next } = await waiting(bench);
    await store.sealUnder(sealing(next));
    const payload = under(next[0] as string);
    while (true) {
      const { rows, snapshot } = await store.readWork(1, 0, []);
      if (rows.length === 0) break;
      const outcomes = rows.map(({ table, id, entries }) => {
        const seqs = entries.map(({ seq }) => seq);
        const outcome = { table, id, record: record(), supersedes: true };
        return id === 'n2'
          ? { ...outcome, sealed: { ...sealedNote(), payload }, done: seqs }
          : { ...outcome, done: [], held: seqs };
      });
      await store.writeOutcomes(outcomes, snapshot);
    }
    const sent = (await hands.upload()).flat();
    ensureEqual(
      sent.map(({ table, id }) => `${table} ${id}`),
      ['notes n2'],
      'What is sent',
    );
    await store.release();
    ensureEqual(placesOf(await allWork(store)), ['notes n1', 'tasks t1'], 'The rows then');
  },
  async 'notes a key for the mirror that works, and for no other'(bench) {
    const { hands, store, next } = await waiting(bench);
    const other = await takenOver(hands, VAULT_ID);
    ensureEqual(await store.sealUnder(sealing(next)), 'standby', 'What became of the keys');
    ensureEqual(placesOf(await allWork(other)), [], 'The rows that are to be sealed again');
  },
  async 'lets nothing leave that is to be sealed again, and nothing sealed while it is held'(
    bench,
  ) {
    const { hands, store, next } = await waiting(bench);
    await store.holdUploads();
    ensureEqual(await hands.upload(), [], 'What is sent while all is held');
    await store.sealUnder(sealing(next));
    ensureEqual(await hands.upload(), [], 'What is sent before it is sealed again');
    const last = await takenOver(hands, VAULT_ID);
    await last.sealUnder(sealing([...next].reverse()));
    await store.holdUploads();
    ensureEqual((await hands.upload()).length, 3, 'What is held by a mirror that does not work');
  },
  async 'refuses keys without the one used last, until log-out'(bench) {
    const { hands, store, next } = await waiting(bench);
    const [primary = ''] = next;
    const others = [primary, newPayload().slice(0, PREFIX_LENGTH)];
    ensureEqual(await store.sealUnder(sealing(others)), 'outdated', 'What became of other keys');
    ensureEqual(await allWork(store), [], 'The work under other keys');
    const sent = await hands.upload();
    ensureEqual(sent.length, 3, 'The transactions sent under the key that stayed');
    await hands.clear();
    const user = await takenOver(hands, OTHER_VAULT_ID);
    ensureEqual(
      await user.sealUnder(sealing(others)),
      'noted',
      "What became of the next user's keys",
    );
  },
  async 'notes headers with a key, through a kill, until log-out'(bench) {
    const { store, next } = await waiting(bench);
    const headers = ['a next header', 'a first header'];
    ensureEqual(await store.notedHeaders(), [HEADER], 'The headers noted at first');
    await store.sealUnder({ prefixes: next, headers });
    await store.sealUnder({ prefixes: next.slice(1), headers: ['an older header'] });
    ensureEqual(await store.notedHeaders(), headers, 'The headers after an outdated vault');
    // Under the same key, and with nothing to be sealed again.
    await finishAll(store, () => ({ supersedes: true }));
    await store.sealUnder({ prefixes: next, headers: [...headers, HEADER] });
    const hands = await bench.open();
    const again = await takenOver(hands, VAULT_ID);
    ensureEqual(await again.notedHeaders(), [...headers, HEADER], 'The headers after a kill');
    await hands.clear();
    const user = await takenOver(hands, OTHER_VAULT_ID);
    ensureEqual(await user.notedHeaders(), [], 'The headers after log-out');
  },
};

/** Stores keep it as it is. */
const HEADER = 'a header';

function sealing(prefixes: readonly string[]): Sealing {
  return { prefixes, headers: [HEADER] };
}

interface Waiting extends Device {
  /** The keys after a change; the last of them is the one under which it sealed. */
  readonly next: readonly string[];
}

/** A device on which three transactions wait for upload, two of them with the same row. */
async function waiting(bench: Bench): Promise<Waiting> {
  const { hands, store } = await start(bench);
  const [primary, nextPrimary] = [newPayload(), newPayload()].map((each) =>
    each.slice(0, PREFIX_LENGTH),
  ) as [string, string];
  await store.sealUnder(sealing([primary]));
  const seal = (parents: string) =>
    finishAll(store, ({ table }) => ({
      sealed: {
        ...(table === 'notes' ? sealedNote() : sealedTask()),
        payload: under(primary),
        parents,
      },
    }));
  await hands.write([insert('notes', 'n1'), insert('tasks', 't1')]);
  await seal(SEEN);
  await hands.write([insert('notes', 'n2')]);
  await seal('');
  await hands.write([update('notes', 'n1', { body: 'again' })]);
  await seal(ALSO_SEEN);
  return { hands, store, next: [nextPrimary, primary] };
}

function under(prefix: string): string {
  return prefix + newPayload().slice(PREFIX_LENGTH);
}
