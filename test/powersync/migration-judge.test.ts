/** What becomes of one row, where a declaration has what the app of the other tests has not. */
import { cleartext, defineTable, encrypted, encryptRow } from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { expect, it } from 'vitest';
import {
  type JudgeContext,
  judgeRow,
  planCopy,
} from '../../src/adapters/powersync/migration/judge-row.js';
import type { MovingRow } from '../../src/adapters/powersync/migration/moving-rows.js';

const { vault } = vaultForTesting('migration judge');
const before = defineTable('entries', { account: cleartext.text().bound() });
const table = defineTable('entries', {
  account: cleartext.text().bound(),
  note: encrypted.text().default(''),
});
const marks = { areKnown: true, isSwitched: false, isEnded: false };
const context: JudgeContext = { vault, table, map: {}, marks };
const OLD = { account: 'giro', note: 'bread' };

function row(parts: Partial<MovingRow>): MovingRow {
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

it('a delete waits while a mark does not open that may say what it means', () => {
  const gone = row({ old: null });
  const unknown = { ...context, marks: { ...marks, areKnown: false } };
  expect(planCopy(unknown, gone)).toEqual({ kind: 'wait' });
  expect(planCopy(context, gone)).toEqual({ kind: 'write', plain: null });
});
