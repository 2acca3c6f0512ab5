/** Duties of an adapter: finding what is under an earlier key, counting keys, and what waits for upload. */
import { payloadIdOf } from '../sync/payload-id.js';
import type { RowName } from '../sync/row-name.js';
import type { EngineRow, SyncStore } from '../sync/sync-store.js';
import {
  type AdapterDuty,
  allWork,
  finishAll,
  insert,
  newPayload,
  placesOf,
  record,
  sealedNote,
  sealedTask,
  served,
  start,
  takenOver,
  VAULT_ID,
} from './adapter-bench.js';
import { ensure, ensureEqual } from './expectations.js';

const PREFIX_LENGTH = 44;
const [PRIMARY, EARLIER, FIRST] = ['P', 'E', 'F'].map(
  (letter) => `AQ${letter.repeat(PREFIX_LENGTH - 2)}`,
) as [string, string, string];

export const RENEW_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'queues what is under another key, in order and once'(bench) {
    const { hands, store } = await start(bench);
    await hands.deliver([
      served('tasks', 't1', { ...sealedTask(), payload: under(EARLIER) }),
      served('notes', 'n3', note(PRIMARY, FIRST, PRIMARY)),
      served('notes', 'n1', note(EARLIER)),
      served('notes', 'n2', note(PRIMARY, PRIMARY)),
      served('notes', 'n0', note(PRIMARY)),
    ]);
    await finishAll(store);
    ensureEqual(await pages(store, 1), ['notes n1', 'notes n3', 'tasks t1', null], 'The pages');
    ensureEqual(await store.renewRows(PRIMARY, null, 9), NONE, 'What is queued a second time');
    const rows = await allWork(store);
    ensureEqual(placesOf(rows), ['notes n1', 'notes n3', 'tasks t1'], 'The rows');
    ensure(
      rows.every(({ entries }) => entries.every(({ dir }) => dir === 'renew')),
      'A row is handed out for another reason.',
    );
    ensureEqual((await store.counts()).out, 3, 'The number of rows that wait to be sealed');
    await finishAll(store);
    const behind = await store.renewRows(PRIMARY, { table: 'notes', id: 'n1' }, 9);
    ensureEqual(behind, { queued: 2, last: null }, 'What is queued behind a row');
  },
  async 'passes over rows that the server refused, and no others'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')]);
    const sealed = note(EARLIER);
    await finishAll(store, () => ({ sealed, record: record({ own: payloadIdOf(sealed) }) }));
    await hands.upload([{ table: 'notes', id: 'n1' }]);
    await hands.deliver([
      served('notes', 'n2', note(EARLIER)),
      served('notes', 'n3', note(EARLIER)),
    ]);
    const trouble = { kind: 'quarantined', code: 'KEY_RETIRED', detail: null } as const;
    await finishAll(store, ({ id }) => (id === 'n2' ? { record: record({ trouble }) } : {}));
    const both = { queued: 2, last: null };
    ensureEqual(await store.renewRows(PRIMARY, null, 9), both, 'What is queued');
    ensureEqual(placesOf(await allWork(store)), ['notes n2', 'notes n3'], 'The rows');
  },
  async 'takes a row for a mirror that stands by, and none once all was cleared'(bench) {
    const { hands, store } = await start(bench);
    await hands.deliver([served('notes', 'n1', note(EARLIER))]);
    await finishAll(store);
    const other = await takenOver(hands, VAULT_ID);
    ensureEqual(await store.renewRows(PRIMARY, null, 9), ONE, 'What is queued');
    ensureEqual(placesOf(await allWork(other)), ['notes n1'], 'The rows');
    await hands.clear();
    ensureEqual(await store.renewRows(PRIMARY, null, 9), 'replaced', 'What a clear leaves');
  },
  async 'counts payloads by how they begin, siblings too'(bench) {
    const { hands, store } = await start(bench);
    ensureEqual(await store.keyUse(), [], 'What there is in an empty database');
    await hands.deliver([
      served('notes', 'n1', note(PRIMARY, EARLIER, EARLIER)),
      served('notes', 'n2', note(EARLIER)),
      served('notes', 'n3', { ...note(PRIMARY), payload: 'plain "text"', siblings: '","' }),
      served('notes', 'n4', { ...note(PRIMARY), payload: null, siblings: null }),
      served('tasks', 't1', { ...sealedTask(), payload: under(EARLIER) }),
    ]);
    const many = Array<string>(65).fill(EARLIER);
    await hands.deliver([served('notes', 'n5', note(PRIMARY, ...many))]);
    const uses = [...(await store.keyUse())].sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
    const expected = [
      { prefix: '', payloads: 2 },
      { prefix: '","', payloads: 1 },
      { prefix: EARLIER, payloads: 4 },
      { prefix: PRIMARY, payloads: 2 },
      { prefix: 'plain "text"', payloads: 1 },
    ];
    ensureEqual(uses, expected, 'How many payloads begin so');
  },
  async 'names a row, or none where there is none'(bench) {
    const { hands, store } = await start(bench);
    ensureEqual(await store.anyRow(), null, 'A row of an empty database');
    await hands.deliver([served('tasks', 't1', sealedTask())]);
    ensureEqual(await store.anyRow(), { table: 'tasks', id: 't1' }, 'The only row');
  },
  async 'numbers what waits for upload, and no number twice'(bench) {
    const { hands, store } = await start(bench);
    const none = { writes: 0, first: 0, last: 0 };
    ensureEqual(await store.uploadsWaiting(), none, 'What waits at first');
    const write = async (...ids: readonly string[]) => {
      await hands.write(ids.map((id) => insert('notes', id)));
      await finishAll(store, () => ({ sealed: sealedNote() }));
      return store.uploadsWaiting();
    };
    const two = await write('n1', 'n2');
    ensureEqual(two.writes, 2, 'The number of writes');
    const three = await write('n3');
    ensureEqual([three.writes, three.first], [3, two.first], 'The writes, and the first of them');
    await hands.upload();
    ensureEqual(await store.uploadsWaiting(), none, 'What waits once all is sent');
    const next = await write('n4');
    ensure(next.first > three.last && next.last >= next.first, 'A number is given twice.');
  },
};

const NONE = { queued: 0, last: null };
const ONE = { queued: 1, last: null };

/** The last row of each page. */
async function pages(store: SyncStore, limit: number): Promise<(string | null)[]> {
  const ends: (string | null)[] = [];
  for (let after: RowName | null = null; ; ) {
    const renewed = await store.renewRows(PRIMARY, after, limit);
    after = renewed === 'replaced' ? null : renewed.last;
    ends.push(after && `${after.table} ${after.id}`);
    if (!after) return ends;
  }
}

/** A row whose payload is under the first of these keys, and its siblings under the others. */
function note(prefix: string, ...siblings: readonly string[]): EngineRow {
  return sealedNote({ payload: under(prefix), siblings: siblings.map(under).join(' ') });
}

function under(prefix: string): string {
  return prefix + newPayload().slice(PREFIX_LENGTH);
}
