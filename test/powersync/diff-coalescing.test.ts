/** Random histories of a sealed table: whatever is told, in whatever pieces, adds up to the truth. */
import fc from 'fast-check';
import { encryptDelete, type Vault } from 'rowseal';
import { describe, expect, it } from 'vitest';
import {
  addChange,
  type DiffRecord,
  readRecord,
  type SealedChange,
} from '../../src/adapters/powersync/diff-streams/diff-records.js';
import {
  createDiffTurns,
  type DecryptedDiff,
} from '../../src/adapters/powersync/diff-streams/diff-turns.js';
import { decryptDiff } from '../../src/adapters/powersync/powersync.js';
import { holds, holdsInTime } from '../properties/holds.js';
import { notes, type SealedNote, seal, tampered, vault } from '../support/followed-notes.js';

type Diff = DecryptedDiff<typeof notes>;

const acts = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  does: fc.constantFrom('write', 'write', 'delete', 'remove', 'touch', 'tamper', 'replay', 'clear'),
  /** As sync replaces a row, or as an app's statement changes it. */
  by: fc.constantFrom('sync', 'app'),
  /** What the turn after it comes to: the app is told, its handler fails, or there is no vault. */
  turn: fc.constantFrom('nothing', 'nothing', 'told', 'told', 'failure', 'locked'),
});
type Act = typeof acts extends fc.Arbitrary<infer A> ? A : never;

/** A version of a row with what it says: its stars, or that it is deleted or does not open. */
interface Version {
  readonly sealed: SealedNote;
  readonly says: number | 'deleted' | 'broken';
}

/** A sealed table with triggers on it, as plain as can be. */
function createModel() {
  const table = new Map<string, Version>();
  const history = new Map<string, Version[]>();
  let records: { id: string; operation: string; value: string; previous_value?: string }[] = [];
  let stars = 0;

  const version = ({ id, does }: Act): Version | null => {
    const earlier = history.get(id) ?? [];
    const good = earlier.filter(({ says }) => says !== 'broken').at(-1);
    const current = table.get(id);
    if (does === 'remove') return null;
    if (does === 'touch' && current) return current;
    if (does === 'tamper' && good) return { sealed: tampered(good.sealed), says: 'broken' };
    if (does === 'replay' && good) return earlier[0] ?? good;
    if (does === 'delete' && good) {
      return { sealed: encryptDelete(vault, notes, good.sealed), says: 'deleted' };
    }
    stars++;
    const options = good ? { stars, previous: good.sealed } : { stars };
    return { sealed: seal(id, 'body', options), says: stars };
  };
  const put = (id: string, next: Version | null, by: string) => {
    const before = table.get(id);
    const value = (of: Version) => JSON.stringify(of.sealed);
    if (before && next && by === 'app') {
      const previous_value = value(before);
      records.push({ id, operation: 'UPDATE', value: value(next), previous_value });
    } else {
      if (before) records.push({ id, operation: 'DELETE', value: value(before) });
      if (next) records.push({ id, operation: 'INSERT', value: value(next) });
    }
    if (next) table.set(id, next);
    else table.delete(id);
  };
  return {
    table,
    perform(act: Act) {
      const next = version(act);
      if (next) history.set(act.id, [...(history.get(act.id) ?? []), next]);
      put(act.id, next, act.by);
    },
    clear() {
      table.clear();
      records = [];
    },
    take() {
      const taken = records;
      records = [];
      return taken;
    },
    all: () =>
      [...table].map(([id, { sealed }]) => ({
        ...{ id, operation: 'INSERT', value: JSON.stringify(sealed) },
      })),
  };
}

const says = (version: Version | undefined) => version?.says ?? 'absent';

describe('a diff of any history', () => {
  it('tells each row once, as it was before and as it is now', () => {
    holds(
      fc.property(
        fc.array(acts, { maxLength: 8 }),
        fc.array(acts, { maxLength: 8 }),
        (one, two) => {
          const model = createModel();
          one.forEach(model.perform);
          model.take();
          const before = new Map(model.table);
          two.forEach(model.perform);
          const changes = decryptDiff(vault, notes, model.take());
          expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length);
          for (const id of ['a', 'b', 'c']) {
            const change = changes.find((each) => each.id === id);
            const told = change && [change.kind, change.previous?.stars, change.row?.stars];
            expect(told).toEqual(expected(before.get(id), model.table.get(id)));
          }
        },
      ),
    );
  });
});

/** By the table in words: what stood there and what stands there decide, and nothing between. */
function expected(before: Version | undefined, after: Version | undefined) {
  const [was, is] = [says(before), says(after)];
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
  if (before?.sealed.payload === after?.sealed.payload) return undefined;
  if (is === 'broken') return ['refused', number(was), undefined];
  const wasThere = was === 'broken' || number(was) !== undefined;
  if (number(is) === undefined) return wasThere ? ['delete', number(was), undefined] : undefined;
  return [wasThere ? 'update' : 'insert', number(was), number(is)];
}

/** An app that keeps what it is told, and looks whether it was told what it has. */
function createApp() {
  const rows = new Map<string, number>();
  return {
    rows,
    take({ whole, changes }: Diff) {
      if (whole) rows.clear();
      for (const { kind, id, row, previous } of changes) {
        expect(previous?.stars ?? null).toBe(rows.get(id) ?? null);
        if (kind === 'insert') expect(rows.has(id)).toBe(false);
        if (row) rows.set(id, row.stars);
        else if (kind === 'delete') rows.delete(id);
      }
    },
  };
}

describe('an app that is told in any pieces', () => {
  it('has what stands there, whatever failed or was locked in between', async () => {
    await holdsInTime(
      fc.asyncProperty(fc.array(acts, { maxLength: 20 }), async (history) => {
        const model = createModel();
        const app = createApp();
        let isWhole = true;
        let current: Vault | null = vault;
        let isFailing = false;
        let takes = 0;
        const turns = createDiffTurns({
          ...{ table: notes, acceptRetired: false, vault: () => current },
          source: {
            async take() {
              takes++;
              const taken = { whole: isWhole, records: isWhole ? model.all() : model.take() };
              if (isWhole) model.take();
              isWhole = false;
              return { whole: taken.whole, changes: coalesced(taken.records) };
            },
            watch: () => () => {},
            isOver: () => false,
            close: async () => {},
          },
          onChange(diff) {
            if (isFailing) throw new Error('failing');
            app.take(diff as Diff);
          },
        });
        const run = async (turn: Act['turn']) => {
          current = turn === 'locked' ? null : vault;
          isFailing = turn === 'failure';
          turns.ask();
          await turns.run().catch((error) => expect(error.message).toBe('failing'));
        };
        for (const act of history) {
          if (act.does === 'clear') {
            model.clear();
            isWhole = true;
          } else model.perform(act);
          if (act.turn !== 'nothing') await run(act.turn);
        }
        await run('told');
        const before = takes;
        await turns.run(); // which nobody has asked for
        expect(takes).toBe(before);
        for (const id of ['a', 'b', 'c']) {
          const is = says(model.table.get(id));
          // What does not open leaves the app what it has.
          if (is !== 'broken')
            expect(app.rows.get(id)).toBe(typeof is === 'number' ? is : undefined);
        }
      }),
    );
  });
});

/** The records may come one by one or added up. */
function coalesced(records: readonly DiffRecord[]): readonly SealedChange[] {
  const changes = new Map<string, SealedChange>();
  for (const record of records) addChange(changes, readRecord(notes, record));
  return [...changes.values()];
}
