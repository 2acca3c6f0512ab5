/** The table of advice in docs/vault-health.md, sentence by sentence and in order. */
import { expect, it } from 'vitest';
import type { AdviceCode, HealthFacts } from '../../src/index.js';
import { adviceFor } from '../../src/recovery/health-advice.js';
import { textOf } from './documents.js';

const NO_ROWS = {
  underPrimary: 0,
  underRotated: 0,
  underRevoked: 0,
  underRecalled: 0,
  underUnknown: 0,
  notEncrypted: 0,
};

/** A vault about which there is nothing to say. */
const WELL: HealthFacts = {
  waysIn: { password: ['a'], 'recovery-key': ['b'], secret: [], unknown: [] },
  ifPasswordForgotten: 'recovery-key',
  passwordCosts: { memoryKiB: 64 * 1024, passes: 3, lanes: 1, isBelowPolicy: false },
  recoveryKeyProved: 'lately',
  recoveryKeyProvedAt: 0,
  keys: { primary: 'k', rotated: 0, revoked: 0, recalled: 0, room: 255 },
  rows: NO_ROWS,
  freshness: 'pinned',
};

/** What must be different for each, with three rows where rows are counted. */
const CASES: Readonly<Record<AdviceCode, Partial<HealthFacts>>> = {
  'forgotten-password-loses-data': { ifPasswordForgotten: 'data-lost' },
  'no-recovery-key-but-devices': { waysIn: waysIn('secret') },
  'no-recovery-key-but-newer-way': { waysIn: waysIn('unknown') },
  'rows-not-encrypted': { rows: { ...NO_ROWS, notEncrypted: 3 } },
  'rows-under-revoked-keys': { rows: { ...NO_ROWS, underRevoked: 3 } },
  'rows-under-recalled-keys': { rows: { ...NO_ROWS, underRecalled: 3 } },
  'rows-under-unknown-keys': { rows: { ...NO_ROWS, underUnknown: 3 } },
  'recovery-key-never-proved': { recoveryKeyProved: 'never' },
  'password-costs-low': {
    passwordCosts: { memoryKiB: 19 * 1024, passes: 2, lanes: 1, isBelowPolicy: true },
  },
  'few-keys-left': { keys: { ...WELL.keys, room: 0 } },
  'no-password': { waysIn: { ...WELL.waysIn, password: [] } },
  'recovery-key-proved-long-ago': { recoveryKeyProved: 'long-ago' },
  'compare-fingerprints': { freshness: 'first-use' },
  'rows-under-rotated-keys': { rows: { ...NO_ROWS, underRotated: 3 } },
  'key-use-unknown': { keys: { ...WELL.keys, rotated: 1 }, rows: null },
  'retired-keys-unused': { keys: { ...WELL.keys, rotated: 1 } },
  'all-good': {},
};

function waysIn(kind: 'secret' | 'unknown'): HealthFacts['waysIn'] {
  return { ...WELL.waysIn, 'recovery-key': [], [kind]: ['c'] };
}

const advice = Object.values(CASES).map((change) => adviceFor({ ...WELL, ...change }));

it('each case gives the one advice it is for', () => {
  const codes = advice.map((each) => each.map(({ code }) => code));
  expect(codes).toEqual(Object.keys(CASES).map((code) => [code]));
});

it('the table has every sentence, in the order of the advice', () => {
  const rows = advice.flatMap(([each]) =>
    each
      ? [`| \`${each.code}\` | ${each.severity} | ${each.sentence} | ${actionText(each.action)} |`]
      : [],
  );
  const [, table = ''] = textOf('docs/vault-health.md').split(
    '| code | severity | sentence | action |\n',
  );
  expect(table.split('\n\n')[0]).toBe(['| --- | --- | --- | --- |', ...rows].join('\n'));
});

it('in that order they are given where many apply', () => {
  const given = adviceFor({
    ...WELL,
    ...CASES['forgotten-password-loses-data'],
    ...CASES['no-recovery-key-but-devices'],
    ...CASES['recovery-key-never-proved'],
    ...CASES['password-costs-low'],
    ...CASES['few-keys-left'],
    ...CASES['compare-fingerprints'],
    rows: { ...NO_ROWS, notEncrypted: 3, underRevoked: 3, underUnknown: 3, underRotated: 3 },
  });
  const codes = given.map(({ code }) => code);
  expect(codes).toHaveLength(10);
  expect(codes).toEqual(Object.keys(CASES).filter((code) => codes.includes(code as AdviceCode)));
});

function actionText(action: string | null): string {
  return action ? `\`${action}\`` : 'none';
}
