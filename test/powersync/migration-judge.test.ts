/** What becomes of one row, where a declaration has what the app of the other tests has not. */
import { cleartext, defineTable, encryptDelete, encrypted, encryptRow } from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import {
  columnsMadeOf,
  mappedRow,
  type OldRow,
  Unfit,
} from '../../src/adapters/powersync/migration/column-map.js';
import { watchFreshness } from '../../src/adapters/powersync/migration/freshness.js';
import {
  type JudgeContext,
  judgeRow,
  planCopy,
} from '../../src/adapters/powersync/migration/judge-row.js';
import type { MigratedRow } from '../../src/adapters/powersync/migration/migrated-rows.js';

const { vault } = vaultForTesting('migration judge');
const before = defineTable('entries', { account: cleartext.text().bound() });
const table = defineTable('entries', {
  account: cleartext.text().bound(),
  note: encrypted.text().default(''),
});
const marks = { areKnown: true, isSwitched: false, isEnded: false };
const context: JudgeContext = { vault, table, map: {}, marks };
const OLD = { account: 'giro', note: 'bread' };

function row(parts: Partial<MigratedRow>): MigratedRow {
  return {
    id: 't1',
    old: OLD,
    plain: OLD,
    sealed: null,
    known: null,
    isOldConfirmed: true,
    isSealedConfirmed: true,
    isBusy: false,
    trouble: null,
    code: null,
    detail: null,
    ...parts,
  };
}

it('a bound column belongs to whoever inserted the row', () => {
  const sealed = encryptRow(vault, table, { id: 't1', account: 'cash', note: 'bread' });
  const written = row({ plain: { ...OLD, account: 'cash' }, sealed });
  expect(planCopy(context, written)).toEqual({ kind: 'done' });
  expect(judgeRow(context, written)).toMatchObject({ result: 'newer' });
});

it('a column that the sealed row lacks is older than any copy', () => {
  const sealed = encryptRow(vault, before, { id: 't1', account: 'giro' });
  const lacking = row({ plain: { account: 'giro', note: '' }, sealed });
  expect(planCopy(context, lacking)).toEqual({ kind: 'write', plain: OLD });
  expect(judgeRow(context, lacking)).toMatchObject({ result: 'differs' });
});

it('a map that fails later makes a row unfit, and ends no process', async () => {
  const map = { note: () => Promise.reject(new Error('later')) } as never;
  expect(mappedRow(table, map, 't1', OLD)).toBeInstanceOf(Unfit);
  await new Promise((resolve) => setTimeout(resolve, 0)); // when an unhandled rejection is told
});

it('a delete waits while a mark does not open that may say what it means', () => {
  const gone = row({ old: null });
  const unknown = { ...context, marks: { ...marks, areKnown: false } };
  expect(planCopy(unknown, gone)).toEqual({ kind: 'wait' });
  expect(planCopy(context, gone)).toEqual({ kind: 'write', plain: null });
});

describe('a row that does not fit', () => {
  const map = {
    note: (): string => {
      throw new Error('No note.');
    },
  };
  const judging = { ...context, map };
  const sealed = encryptRow(vault, table, { id: 't1', account: 'giro', note: 'bread' });

  it('is newer where all of it was written in the new table, or deleted there', () => {
    const gone = encryptDelete(vault, table, sealed);
    for (const each of [sealed, gone]) {
      const written = row({ sealed: each });
      expect(planCopy(judging, written)).toEqual({ kind: 'done' });
      expect(judgeRow(judging, written)).toMatchObject({ result: 'newer' });
    }
  });

  it('is unfit where that is not so, or not known', () => {
    const lacking = encryptRow(vault, before, { id: 't1', account: 'giro' });
    const forged = { ...sealed, payload: lacking.payload.replace(/.$/, '') };
    const rows = [
      row({}),
      row({ sealed: lacking }),
      row({ sealed: forged }),
      row({ sealed, isSealedConfirmed: false }),
      row({ sealed, isBusy: true }),
    ];
    for (const each of rows) {
      expect(judgeRow(judging, each)).toMatchObject({ result: 'unfit', payloadId: null });
    }
    expect(planCopy(judging, row({ sealed: lacking }))).toMatchObject({
      unfit: { result: 'unfit', detail: 'No note.' },
    });
  });
});

it('a column counts as written where its map takes no other row than it was given', () => {
  const cloned = { note: (old: OldRow) => structuredClone(old).note ?? null };
  expect(columnsMadeOf(table, cloned, 't1', OLD, ['note'])).toEqual(['note']);
  expect(columnsMadeOf(table, {}, 't1', OLD, ['account'])).toEqual(['account']);
});

it('a checkpoint is new when its time is another one, also after the clock was set back', () => {
  const status = { connected: true, lastSyncedAt: new Date(2000) as Date | undefined };
  let tell = (_: typeof status) => {};
  const db = {
    currentStatus: status,
    registerListener(listener: { statusChanged: typeof tell }) {
      tell = listener.statusChanged;
      return () => {};
    },
  };
  const { isFresh } = watchFreshness(db as never);
  const seen = [isFresh()];
  const change = (to: Partial<typeof status>) => {
    tell(Object.assign(status, to));
    seen.push(isFresh());
  };
  change({ lastSyncedAt: new Date(1000) });
  change({ connected: false });
  change({ connected: true });
  change({ lastSyncedAt: new Date(500) });
  expect(seen).toEqual([false, true, false, false, true]);
});
