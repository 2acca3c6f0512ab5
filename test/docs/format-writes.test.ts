import { describe, expect, it } from 'vitest';
import {
  decryptRowDetails,
  encryptDelete,
  encryptRow,
  reencryptRow,
  rotateDataKey,
} from '../../src/index.js';
import { ENVELOPE_PREFIX_LENGTH } from '../../src/rows/envelope.js';
import { vaultForTesting } from '../../src/testing/testing.js';
import { block, number, table } from './format-document.js';
import { NOTE, notes } from './format-row.js';

describe('docs/format.md says of an envelope', () => {
  const fields = table('bytes', 'offset', 'field');

  it('offsets that are the lengths before them', () => {
    let at = 0;
    for (const [length, offset] of fields.slice(0, -2)) {
      expect(number(offset)).toBe(at);
      at += number(length);
    }
    expect(at).toBe(ENVELOPE_PREFIX_LENGTH);
    const [ciphertext, tag] = fields.slice(-2);
    expect([ciphertext?.[1], tag?.[1]]).toEqual([`${at}`, `${at} + n`]);
  });

  it('where its example has the key id', () => {
    const [, [length, offset] = []] = fields;
    const [begin, end] = [number(offset), number(offset) + number(length)];
    expect(block('envelope').slice(2 * begin, 2 * end)).toBe(block('key-id'));
  });
});

it('docs/format.md says what each write does to the life counter', async () => {
  const { vault, store } = vaultForTesting('writes');
  const rotated = await rotateDataKey(store, vault);
  const inserted = encryptRow(vault, notes, NOTE);
  const deleted = encryptDelete(vault, notes, inserted);
  const writes = {
    insert: [null, inserted],
    edit: [inserted, encryptRow(vault, notes, { ...NOTE, body: 'x' }, { previous: inserted })],
    delete: [inserted, deleted],
    'insert again': [deleted, encryptRow(vault, notes, NOTE, { previous: deleted })],
    'seal again': [inserted, reencryptRow(rotated, notes, inserted)],
  } as const;
  const stated = table('write', 'life counter', 'stamps');
  expect(stated.map(([write]) => write)).toEqual(Object.keys(writes));
  const lifeOf = (sealed: typeof inserted) => decryptRowDetails(rotated, notes, sealed).life;
  for (const [write, change] of stated) {
    const [before, after] = writes[write as keyof typeof writes];
    const life = before ? lifeOf(before) : 0;
    const says = { '1': 1, kept: life, '+ 1': life + 1 }[change as string];
    expect(lifeOf(after), write).toBe(says);
  }
});
