import { describe, expect, it } from 'vitest';
import {
  decryptRow,
  decryptRowDetails,
  decryptRows,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  mergeRows,
  reencryptRow,
  tryDecryptRow,
} from '../../src/index.js';
import { CANARY, createWorld, diary, expectRefused, ROW } from '../support/world.js';

const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** What a server, or an old version of the app, could put where ciphertext belongs. */
const injected: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['the empty text', ''],
  ['an empty object as text', '{}'],
  ['the word null', 'null'],
  ['the plain row as JSON', JSON.stringify(ROW)],
  ['the plain row as base64url of JSON', base64url(JSON.stringify(ROW))],
  ['the plain row as base64 of JSON', Buffer.from(JSON.stringify(ROW)).toString('base64')],
  ['plain text', CANARY],
  ['text in the alphabet of base64url', 'hello'],
  ['text that begins as an envelope does', 'AQ'],
  ['text that begins as an envelope does, and goes on in plaintext', `AQID ${CANARY}`],
  ['a prefix of other libraries', 'enc:v1:AQ'],
  ['a number', 5],
  ['zero', 0],
  ['NaN', Number.NaN],
  ['a bigint', 1n],
  ['a boolean', true],
  ['an array', [1, 2, 3]],
  ['an array of envelope text', ['AQ']],
  ['the plain row', ROW],
  ['an object that prints as text', { toString: () => 'AQ' }],
  ['a boxed string', Object('AQ')],
  ['raw bytes in a text column', Uint8Array.of(1, 2, 3)],
  ['a Buffer as JSON', Buffer.from('AQ').toJSON()],
  ['a function', () => 'AQ'],
  ['a symbol', Symbol('AQ')],
];

const refusal = { codes: ['NOT_ENCRYPTED', 'ROW_MALFORMED'], structural: true } as const;

describe('A08: what is not an envelope is never a value', () => {
  it.each(injected)('refuses %s as payload, in every function', async (_, payload) => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const served = { ...sealed, payload } as never;
    const attacks = [
      () => decryptRow(vault, diary, served),
      () => decryptRowDetails(vault, diary, served),
      () => decryptRowDetails(vault, diary, sealed, { seen: served }),
      () => encryptRow(vault, diary, ROW, { previous: served }),
      () => encryptDelete(vault, diary, served),
      () => mergeRows(vault, diary, sealed, served),
      () => mergeRows(vault, diary, served, sealed),
      () => reencryptRow(vault, diary, served),
    ];
    for (const attack of attacks) await expectRefused(world, attack, refusal);
    const [one, honest] = decryptRows(vault, diary, [served, sealed]);
    expect(one).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^NOT_|^ROW_/) } });
    expect(honest).toEqual({ ok: true, row: ROW });
  });

  it('refuses a row without the payload column, or with an inherited one', async () => {
    const world = await createWorld();
    const { payload, ...rest } = world.sealed;
    const inherited = Object.assign(Object.create({ payload }), rest);
    for (const served of [rest, inherited, {}, [], 'AQ', 5, null, undefined]) {
      const attack = () => decryptRow(world.vault, diary, served as never);
      await expectRefused(world, attack, refusal);
      const result = tryDecryptRow(world.vault, diary, served as never);
      expect(result).toMatchObject({ ok: false });
    }
  });

  it('does not take a plain row whose columns carry their plaintext', async () => {
    const world = await createWorld();
    for (const payload of [null, '', undefined]) {
      const attack = () => decryptRow(world.vault, diary, { ...ROW, payload } as never);
      await expectRefused(world, attack, { codes: ['NOT_ENCRYPTED'], structural: true });
    }
  });

  it('refuses text in a column of bytes, also the envelope itself as text', async () => {
    const world = await createWorld();
    const binary = defineTable('blobs', { data: encrypted.bytes() }, { payload: 'bytes' });
    const row = { id: 'b', data: Uint8Array.of(1, 2) };
    const sealed = encryptRow(world.vault, binary, row);
    const text = Buffer.from(sealed.payload).toString('base64url');
    const wrong = [text, '', null, [...sealed.payload], new Uint8Array(0), sealed.payload.buffer];
    for (const payload of [...wrong, new DataView(sealed.payload.buffer)]) {
      const attack = () => decryptRow(world.vault, binary, { ...sealed, payload } as never);
      await expectRefused(world, attack, { codes: ['NOT_ENCRYPTED'], structural: true });
    }
    expect(decryptRow(world.vault, binary, sealed)).toEqual(row);
  });

  it('seals text that looks sealed, and gives it back as the text it is', async () => {
    const { vault, sealed } = await createWorld();
    const row = { ...ROW, id: 'r2', text: sealed.payload };
    const twice = encryptRow(vault, diary, row);
    expect(twice.payload).not.toContain(sealed.payload);
    expect(decryptRow(vault, diary, twice)).toEqual(row);
  });
});
