import { expectTypeOf, test } from 'vitest';
import type { Vault } from '../../src/index.js';
import {
  englishKitTexts,
  type KitOptions,
  type KitTexts,
  type RecoveryKit,
  recoveryKit,
} from '../../src/kit/kit.js';

declare const vault: Vault;
const { lost, ...withoutOne } = englishKitTexts;
const { months } = englishKitTexts;

test('a translation lacks no sentence, and has no other', () => {
  expectTypeOf({ ...withoutOne, lost }).toExtend<KitTexts>();
  // @ts-expect-error one is missing
  const missing: KitTexts = withoutOne;
  // @ts-expect-error one is misspelt
  const misspelt: KitTexts = { ...englishKitTexts, lsot: lost };
  // @ts-expect-error there is no such direction
  const upwards: KitTexts = { ...englishKitTexts, direction: 'up' };
  expectTypeOf([missing, misspelt, upwards]).toEqualTypeOf<KitTexts[]>();
});

test('a year has twelve months', () => {
  const [, ...eleven] = months;
  // @ts-expect-error one is missing
  const short: KitTexts = { ...englishKitTexts, months: eleven };
  expectTypeOf(short).toEqualTypeOf<KitTexts>();
});

test('a kit needs the name of the app, and no more', () => {
  expectTypeOf(recoveryKit(vault, 'key', { app: 'Ledger' })).resolves.toEqualTypeOf<RecoveryKit>();
  // @ts-expect-error whose kit is it?
  const nameless: KitOptions = { account: 'ada@example.org' };
  // @ts-expect-error a day is text, since a Date has a time zone
  const dated: KitOptions = { app: 'Ledger', date: new Date() };
  expectTypeOf([nameless, dated]).toEqualTypeOf<KitOptions[]>();
});
