/** Adapters that write outcomes wrongly. */
import type { RowOutcome } from '../../src/testing/testing.js';
import { blindIn, entriesBy, outcomesBy, storesBy } from './break-adapter.js';
import type { BrokenAdapters } from './broken-queues.js';

/** Any that a test comes to. */
const EVERY_NUMBER = Array.from({ length: 100 }, (_, at) => at);

const hasSealed = (outcomes: readonly RowOutcome[]) =>
  outcomes.some(({ sealed }) => sealed !== undefined);

export const BROKEN_OUTCOMES: BrokenAdapters = {
  'writes no plaintext': [
    outcomesBy(({ plain: _, ...outcome }) => outcome),
    'writes plaintext, sealed row and record, and forgets the entries that are done',
  ],
  'keeps half a record': [
    outcomesBy((each) => ({
      ...each,
      ...(each.record && { record: { ...each.record, sent: null } }),
    })),
    'keeps all that a record says, through a kill',
  ],
  'deletes what is not named': [
    outcomesBy((each) => ({ ...each, plain: each.plain ?? null })),
    'leaves what an outcome does not name, and deletes what is null',
  ],
  'sends each row by itself': [
    storesBy((store) => ({
      async writeOutcomes(outcomes, snapshot) {
        for (const each of outcomes) await store.writeOutcomes([each], snapshot);
        return 'written';
      },
    })),
    'sends the sealed rows of a batch as one transaction, in their order',
  ],
  'sends table by table': [
    storesBy((store) => ({
      writeOutcomes: (outcomes, snapshot) =>
        store.writeOutcomes(
          [...outcomes].sort((a, b) => (a.table < b.table ? -1 : 1)),
          snapshot,
        ),
    })),
    'sends the sealed rows of a batch as one transaction, in their order',
  ],
  'writes what it is to rehearse': [
    storesBy((store) => ({
      async rehearse(outcomes, snapshot) {
        await store.writeOutcomes(outcomes, snapshot);
      },
    })),
    'rehearses a batch: throws as writing it would, and changes nothing',
  ],
  'rehearses nothing': [
    storesBy(() => ({ async rehearse() {} })),
    'rehearses a batch: throws as writing it would, and changes nothing',
  ],
  'is done with all entries of a row': [
    outcomesBy((each) => ({ ...each, done: EVERY_NUMBER })),
    'keeps entries that are neither done nor held',
  ],
  'holds nothing': [
    outcomesBy((each) => ({ ...each, held: [] })),
    'holds entries until they are released',
  ],
  'releases every kind': [
    storesBy((store) => ({ release: () => store.release() })),
    'holds entries until they are released',
  ],
  'holds entries whatever comes after them': [
    storesBy((store) => {
      const held = new Set<number>();
      return {
        async readWork(...args) {
          const work = await store.readWork(...args);
          const rows = work.rows.map((row) => {
            return { ...row, entries: row.entries.filter(({ seq }) => !held.has(seq)) };
          });
          return { ...work, rows };
        },
        writeOutcomes(outcomes, snapshot) {
          for (const each of outcomes) for (const seq of each.held ?? []) held.add(seq);
          return store.writeOutcomes(outcomes, snapshot);
        },
      };
    }),
    'hands held entries out again when the row gets another',
  ],
  'shows nothing again': [
    entriesBy((entry) => (entry.dir === 'show' ? null : entry)),
    'hands a row in trouble out to be shown again, when it is released',
  ],
  'writes over later edits': [
    blindIn(() => true),
    'leaves plaintext that the app wrote after it was read',
  ],
  'writes what is out of date': [
    blindIn((outcomes) => !hasSealed(outcomes)),
    'drops the outcome of a row that sync wrote after it was read',
  ],
  'replaces sealed rows unseen': [
    blindIn(hasSealed),
    'writes nothing of a batch that would replace a sealed row unseen',
  ],
};
