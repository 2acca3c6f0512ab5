import { describe, expect, it } from 'vitest';
import { derive } from '../../src/crypto/derive.js';
import { LABEL } from '../../src/crypto/labels.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import {
  type AeadBackend,
  byPassword,
  decryptRow,
  encryptRow,
  openVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import type { DataKey } from '../../src/keys/keyset.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { encodePrefix } from '../../src/rows/envelope.js';
import {
  associatedDataOf,
  envelopeBytes,
  payloadOf,
  withEnvelope,
} from '../support/forged-rows.js';
import { collide } from '../support/poly1305-collision.js';
import { createWorld, diary, expectRefused, PASSWORD, ROW, type World } from '../support/world.js';

const PREFIX_LENGTH = 58;

/** A world whose vault holds two data keys, and the attacker both of them. */
async function twoKeys(): Promise<{ world: World; keys: [DataKey, DataKey] }> {
  const before = await createWorld();
  const vault = await rotateDataKey(before.store, before.vault);
  const sealed = encryptRow(vault, diary, ROW);
  const world = { ...before, vault, sealed, header: vault.header };
  const [primary, rotated] = revealSecrets(vault).dataKeys;
  if (!primary || !rotated) throw new Error('A rotation leaves two keys.');
  return { world, keys: [primary, rotated] };
}

/** One body whose tag is right under both keys, each with the prefix that names it. */
function salamander({ vault, sealed }: World, [a, b]: [DataKey, DataKey]) {
  const nonce = crypto.getRandomValues(new Uint8Array(24));
  const opening = (key: DataKey) => {
    const prefix = encodePrefix(key.id, nonce, 0);
    const associatedData = associatedDataOf(vault, diary, sealed, prefix);
    return { key: key.rowKey, nonce, prefix, associatedData };
  };
  const [first, second] = [opening(a), opening(b)];
  // Under the first key the body begins with a genuine payload.
  const payload = payloadOf(vault, diary, sealed);
  const leading = nobleAead.seal(a.rowKey, nonce, payload, new Uint8Array(0)).slice(0, -16);
  return { first, second, leading, body: collide(first, second, leading) };
}

describe('A13: a row opens under one key only', () => {
  it('although the AEAD alone would open one ciphertext under two', async () => {
    const { world, keys } = await twoKeys();
    const { first, second, body } = salamander(world, keys);
    const texts = [first, second].map(({ key, nonce, associatedData }) =>
      nobleAead.open(key, nonce, body, associatedData),
    );
    expect(texts[0]).not.toBeNull();
    expect(texts[1]).not.toBeNull();
    expect(texts[0]).not.toEqual(texts[1]);
  });

  it('refuses such a ciphertext under both names', async () => {
    const { world, keys } = await twoKeys();
    const { first, second, body } = salamander(world, keys);
    for (const { prefix } of [first, second]) {
      const served = withEnvelope(world.sealed, Uint8Array.from([...prefix, ...body]));
      const attack = () => decryptRow(world.vault, diary, served);
      await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
    }
  });

  it('refuses a ciphertext made for both keys but one name, under the other name', async () => {
    const { world, keys } = await twoKeys();
    const { first, second, leading } = salamander(world, keys);
    const { associatedData, prefix } = first;
    const body = collide(first, { ...second, associatedData }, leading);
    expect(nobleAead.open(second.key, second.nonce, body, associatedData)).not.toBeNull();
    const named = withEnvelope(world.sealed, Uint8Array.from([...prefix, ...body]));
    const renamed = withEnvelope(world.sealed, Uint8Array.from([...second.prefix, ...body]));
    const open = (served: typeof named) => () => decryptRow(world.vault, diary, served);
    await expectRefused(world, open(named), { codes: ['ROW_MALFORMED'] });
    await expectRefused(world, open(renamed), { codes: ['ROW_AUTH_FAILED'] });
  });

  it('tries the named key and no other', async () => {
    const { world, keys } = await twoKeys();
    const tried: Uint8Array[] = [];
    const aead: AeadBackend = {
      ...nobleAead,
      open(key, nonce, ciphertext, associatedData) {
        tried.push(key);
        return nobleAead.open(key, nonce, ciphertext, associatedData);
      },
    };
    const { store, kdf, sealed } = world;
    const vault = await openVault(store, byPassword(PASSWORD, { kdf }), { aead });
    for (const { rowKey, id } of keys) {
      const envelope = envelopeBytes(sealed);
      envelope.set(id, 1);
      tried.length = 0;
      const served = withEnvelope(sealed, envelope);
      const open = () => decryptRow(vault, diary, served);
      if (id === keys[0].id) expect(open()).toEqual(ROW);
      else await expectRefused({ ...world, vault }, open, { codes: ['ROW_AUTH_FAILED'] });
      expect(tried).toEqual([rowKey]);
    }
  });
});

describe('A13: the key id is a commitment', () => {
  it('is derived from the key, so that no header can give a key another name', async () => {
    const { world } = await twoKeys();
    const { dataKeys, header } = revealSecrets(world.vault);
    for (const { dek, id } of dataKeys) {
      expect(derive(dek, header.vaultId, LABEL.dekId)).toEqual(id);
    }
  });

  it('refuses a genuine row under each other known key id', async () => {
    const { world } = await twoKeys();
    let vault: Vault = world.vault;
    for (let i = 0; i < 3; i++) vault = await rotateDataKey(world.store, vault);
    const sealed = encryptRow(vault, diary, ROW);
    const current = { ...world, vault, sealed, header: vault.header };
    for (const { id } of revealSecrets(vault).dataKeys.slice(1)) {
      const envelope = envelopeBytes(sealed);
      envelope.set(id, 1);
      const attack = () => decryptRow(vault, diary, withEnvelope(sealed, envelope));
      await expectRefused(current, attack, { codes: ['ROW_AUTH_FAILED'] });
    }
    const zeros = envelopeBytes(sealed).fill(0, 1, 33);
    expect(zeros.length).toBeGreaterThan(PREFIX_LENGTH);
    const attack = () => decryptRow(vault, diary, withEnvelope(sealed, zeros));
    await expectRefused(current, attack, { codes: ['UNKNOWN_KEY'] });
  });
});
