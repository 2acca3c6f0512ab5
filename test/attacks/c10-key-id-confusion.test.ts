import { describe, expect, it } from 'vitest';
import { decryptRow, rotateDataKey, type UnknownKeyError } from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { bytesOf, forge, openKeyset, stolenKey, textOf } from '../support/header-surgeon.js';
import { encodeWith, keysetOf, keysetWith } from '../support/plain-keyset.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld, diary, expectRefused, type World } from '../support/world.js';

const KEY_ID_AT = 1;
const KEY_ID_LENGTH = 32;
/** A byte too many moves a random one to where the number of the bound set stands. */
const PARTS = ['UNKNOWN_KEY', 'ROW_AUTH_FAILED', 'UNSUPPORTED_VERSION'] as const;
const tampered = { fresh: ['HEADER_TAMPERED'] } as const;

/** The sealed row with its key id replaced; other lengths move everything after it. */
function relabelled({ sealed }: World, keyId: Uint8Array): World['sealed'] {
  const bytes = bytesOf(sealed.payload);
  const before = bytes.subarray(0, KEY_ID_AT);
  const behind = bytes.subarray(KEY_ID_AT + KEY_ID_LENGTH);
  return { ...sealed, payload: textOf([...before, ...keyId, ...behind]) };
}

describe('C10: the server confuses key ids', () => {
  it('refuses a row under the id of every other key of the vault', async () => {
    const created = await createWorld();
    let { vault } = created;
    for (let i = 0; i < 3; i++) vault = await rotateDataKey(created.store, vault);
    const world: World = { ...created, vault, header: vault.header };
    for (const { id } of vault.keys.slice(0, -1)) {
      const attack = () => decryptRow(vault, diary, relabelled(world, bytesOf(id)));
      await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
    }
  });

  it.each([
    ['zeros', new Uint8Array(32)],
    ['ones', new Uint8Array(32).fill(0xff)],
    ['a name of Object.prototype', Uint8Array.from(Buffer.from('__proto__'.padEnd(32, '\0')))],
    ['a path', Uint8Array.from(Buffer.from('../../../../../../../etc/passwd\0'))],
  ])('knows no key whose id is %s', async (_name, keyId) => {
    const world = await createWorld();
    const attack = () => decryptRow(world.vault, diary, relabelled(world, keyId));
    const error = await expectRefused(world, attack, { codes: ['UNKNOWN_KEY'] });
    expect((error as UnknownKeyError).keyId).toBe(textOf(keyId));
  });

  it('knows no key by a part of its id', async () => {
    const world = await createWorld();
    const id = bytesOf(world.vault.keys[0]?.id ?? '');
    for (const keyId of [
      id.subarray(0, 31),
      id.subarray(1),
      Uint8Array.from([...id, 0]),
      Uint8Array.from([0, ...id]),
      new Uint8Array(0),
    ]) {
      const attack = () => decryptRow(world.vault, diary, relabelled(world, keyId));
      await expectRefused(world, attack, { codes: PARTS });
    }
  });

  it('refuses a keyset that names one key twice, whoever made it', async () => {
    const world = await createWorld();
    const vaultKey = stolenKey(world.vault);
    const { dataKeys } = keysetOf(world.header, vaultKey);
    const dek = dataKeys[0]?.dek as Uint8Array;
    const other = crypto.getRandomValues(new Uint8Array(32));
    for (const deks of [
      [dek, dek],
      [other, dek, dek],
      [dek, other, dek],
      [dek, other, other],
    ]) {
      const header = forge(world.header, vaultKey, { keyset: keysetWith(world.header, deks) });
      await expectHeaderRefused(world, header, tampered);
    }
  });

  it('refuses a keyset with two primary keys, none, a strange status, or the wrong counts', async () => {
    const world = await createWorld();
    const vaultKey = stolenKey(world.vault);
    const honest = openKeyset(parseHeader(world.header), vaultKey);
    const set = (at: number, value: number) => honest.map((byte, i) => (i === at ? value : byte));
    const statusAt = 1 + 2 + 32;
    const earlierCountAt = statusAt + 1;
    const other = crypto.getRandomValues(new Uint8Array(32));
    const keysets = [
      new Uint8Array(0),
      ...[0, 2, 3, 4, 255].map((status) => set(statusAt, status)),
      ...[0, 2, 255].map((count) => set(2, count)),
      set(1, 1),
      set(earlierCountAt + 1, 1),
      set(earlierCountAt, 1),
      honest.subarray(0, -1),
      Uint8Array.from([...honest, 0]),
      // A second primary key: its status byte stands where a retired key's would.
      Uint8Array.from([3, 0, 2, ...honest.subarray(3, 36), ...other, 1, 0, 0]),
    ];
    for (const keyset of keysets) {
      await expectHeaderRefused(world, forge(world.header, vaultKey, { keyset }), tampered);
    }
  });

  it('refuses an earlier vault key that stands there twice', async () => {
    const world = await createWorld();
    const vaultKey = stolenKey(world.vault);
    const keyset = keysetOf(world.header, vaultKey);
    const earlier = { key: vaultKey, id: parseHeader(world.header).vaultKeyId };
    const body = encodeWith(keyset, { earlierVaultKeys: [earlier, earlier] });
    const header = forge(world.header, vaultKey, { keyset: body });
    await expectHeaderRefused(world, header, tampered);
  });
});
