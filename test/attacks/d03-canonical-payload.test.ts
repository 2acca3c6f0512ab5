import { describe, expect, it } from 'vitest';
import { decryptRow, decryptRowDetails, encryptRow, mergeRows } from '../../src/index.js';
import { withPayload } from '../support/forged-rows.js';
import { cell, group, type PayloadParts, payloadBytes, stamp } from '../support/payload-bytes.js';
import { EMPTY_THING, forgeThing, TAG, thingId, things } from '../support/things.js';
import { createWorld, expectRefused, type World } from '../support/world.js';

const NOW = 1_700_000_000_000;
const AT = stamp(NOW);

const TEXT = cell({ id: thingId('text'), tag: TAG.text, value: [0x78] });
const INTEGER = cell({ id: thingId('integer'), tag: TAG.integer, value: [5] });
const [LOW, HIGH] =
  thingId('text') < thingId('integer') ? ([TEXT, INTEGER] as const) : ([INTEGER, TEXT] as const);
const WHOLE: PayloadParts = { groups: [group(AT, [LOW, HIGH])] };

async function expectMalformed(world: World, parts: PayloadParts): Promise<void> {
  const { vault } = world;
  const sealed = forgeThing(vault, parts);
  const genuine = encryptRow(vault, things, EMPTY_THING);
  const codes = ['ROW_MALFORMED'] as const;
  await expectRefused(world, () => decryptRow(vault, things, sealed), { codes });
  await expectRefused(world, () => decryptRowDetails(vault, things, sealed), { codes });
  await expectRefused(world, () => mergeRows(vault, things, genuine, sealed), { codes });
}

const late = stamp(NOW + 1);
/** Zero in a hundred and fifty bytes, then 1: as floating-point numbers these add up to NaN. */
const endless = [...new Array<number>(150).fill(0x80), 0x01];
const broken: Readonly<Record<string, PayloadParts>> = {
  'a life of 0': { ...WHOLE, life: [0] },
  'a life not in its shortest form': { ...WHOLE, life: [0x81, 0x00] },
  'a life of 2^31': { ...WHOLE, life: [0x80, 0x80, 0x80, 0x80, 0x08] },
  'a life of more than 32 bits': { ...WHOLE, life: [0xff, 0xff, 0xff, 0xff, 0x7f] },
  'a life without end': { ...WHOLE, life: endless },
  'a life of two hundred zero groups': {
    ...WHOLE,
    life: [...new Array<number>(200).fill(0x80), 0],
  },
  'more extensions than there are': { ...WHOLE, extensions: [1] },
  '17 extensions': { ...WHOLE, extensions: [17] },
  'an extension twice': { ...WHOLE, extensions: [2, 0, 1, 0, 0, 0, 1, 0, 0] },
  'extensions out of order': { ...WHOLE, extensions: [2, 0, 2, 0, 0, 0, 1, 0, 0] },
  'an extension flag of 2': { ...WHOLE, extensions: [1, 0, 1, 2, 0] },
  'no group': { groups: [] },
  'a number of groups not in its shortest form': { ...WHOLE, groupCount: [0x81, 0x00] },
  'more groups than there are': { ...WHOLE, groupCount: [2] },
  'fewer groups than there are': {
    groups: [group(AT, [LOW]), group(late, [HIGH])],
    groupCount: [1],
  },
  'groups out of order': { groups: [group(late, [LOW]), group(AT, [HIGH])] },
  'two groups of one stamp': { groups: [group(AT, [LOW]), group(AT, [HIGH])] },
  'an empty group': { groups: [group(AT, [LOW, HIGH]), group(late, [])] },
  'an empty group without end': { groups: [group(AT, [LOW, HIGH]), group(late, [], endless)] },
  'an empty life group without end': {
    groups: [group(AT, [LOW, HIGH]), group(late, [], endless)],
    lifeGroup: [1],
  },
  'a life of no group': { ...WHOLE, lifeGroup: [1] },
  'a life group not in its shortest form': { ...WHOLE, lifeGroup: [0x80, 0x00] },
  'columns out of order': { groups: [group(AT, [HIGH, LOW])] },
  'a column twice': { groups: [group(AT, [LOW, LOW])] },
  'a column in two groups': { groups: [group(AT, [LOW, HIGH]), group(late, [LOW])] },
  'a number of columns not in its shortest form': {
    groups: [group(AT, [LOW, HIGH], [0x82, 0x00])],
  },
  'a deleted row with columns': { ...WHOLE, life: [2] },
  'a stamp of 2^47': { groups: [group(stamp(2 ** 47), [LOW, HIGH])] },
  'the latest stamp of all': { groups: [group(new Array<number>(16).fill(0xff), [LOW, HIGH])] },
  'a length not in its shortest form': {
    groups: [group(AT, [cell({ id: thingId('text'), tag: 2, value: [0x78], length: [0x81, 0] })])],
  },
  'an absent column with a value': {
    groups: [group(AT, [cell({ id: thingId('text'), tag: 0, value: [0] })])],
  },
  'a null column with a value': {
    groups: [group(AT, [cell({ id: thingId('text'), tag: 1, value: [0] })])],
  },
  'padding that is not zero': { ...WHOLE, padding: [0, 0, 1] },
  'nothing at all': { groups: [], life: [], extensions: [], groupCount: [], lifeGroup: [] },
};

describe('D03: a payload has one encoding, also for whoever has the key', () => {
  it('opens the hand-made payload that breaks no rule', async () => {
    const world = await createWorld();
    const row = decryptRow(world.vault, things, forgeThing(world.vault, WHOLE));
    expect(row).toEqual({ ...EMPTY_THING, text: 'x', integer: 5 });
  });

  it.each(Object.keys(broken))('refuses %s', async (name) => {
    const world = await createWorld();
    await expectMalformed(world, broken[name] as PayloadParts);
  });

  it('refuses the payload cut at every length', async () => {
    const world = await createWorld();
    const whole = payloadBytes(WHOLE);
    const sealed = encryptRow(world.vault, things, EMPTY_THING);
    for (let length = 0; length < whole.length; length++) {
      const cut = withPayload(world.vault, things, sealed, whole.slice(0, length));
      const attack = () => decryptRow(world.vault, things, cut);
      await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
    }
  });
});
