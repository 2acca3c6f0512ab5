import { describe, expect, it } from 'vitest';
import { derive } from '../../src/crypto/derive.js';
import type { VaultKey } from '../../src/crypto/key-types.js';
import { LABEL } from '../../src/crypto/labels.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { encryptRow, lockVault, rotateDataKey } from '../../src/index.js';
import { encodeFields, parseHeader } from '../../src/keys/vault-header.js';
import { alter, authenticate, forge, stolenKey } from '../support/header-surgeon.js';
import { keysetWith, vaultKeyIdFor } from '../support/plain-keyset.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld, diary, expectRefused, ROW } from '../support/world.js';

/** Everything that the attacker chose: a key it knows, and a vault key of its own. */
const KNOWN_DEK = new Uint8Array(32).fill(0x5a).map((byte, i) => byte ^ i);
const KNOWN_VAULT_KEY = KNOWN_DEK.map((byte) => byte ^ 0xff) as VaultKey;

describe('C06: the server puts in a data key that it knows', () => {
  it('refuses the keyset of another vault, of an older epoch, and one made up', async () => {
    const world = await createWorld();
    const stranger = await createWorld();
    const { vault } = stranger;
    const older = parseHeader(vault.header);
    await rotateDataKey(stranger.store, vault);
    const newer = parseHeader(stranger.store.header as string);
    const garbage = crypto.getRandomValues(new Uint8Array(older.sealedKeyset.length));
    for (const sealedKeyset of [older.sealedKeyset, newer.sealedKeyset, garbage]) {
      const header = alter(world.header, { sealedKeyset });
      await expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] });
    }
  });

  it("refuses a vault's own older keyset in its newer header", async () => {
    const created = await createWorld();
    const vault = await rotateDataKey(created.store, created.vault);
    const world = { ...created, vault, header: vault.header };
    const { sealedKeyset } = parseHeader(created.header);
    const header = alter(world.header, { sealedKeyset });
    await expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] });
    // Even with a MAC that fits: the keyset is bound to all that stood before it.
    const remade = authenticate(parseHeader(world.header), sealedKeyset, stolenKey(vault));
    await expectHeaderRefused(world, remade, { fresh: ['HEADER_TAMPERED'] });
  });

  it('refuses a known key under a vault key of the attacker, with honest slots', async () => {
    const world = await createWorld();
    const keyset = keysetWith(world.header, [KNOWN_DEK]);
    const honest = parseHeader(world.header);
    const ids = [honest.vaultKeyId, vaultKeyIdFor(world.header, KNOWN_VAULT_KEY)];
    for (const vaultKeyId of ids) {
      const fields = { ...honest, vaultKeyId };
      const wrapKey = derive(KNOWN_VAULT_KEY, honest.vaultId, LABEL.keysetWrap);
      const nonce = new Uint8Array(24);
      const sealed = nobleAead.seal(wrapKey, nonce, keyset, encodeFields(fields));
      const sealedKeyset = Uint8Array.from([...nonce, ...sealed]);
      for (const header of [
        authenticate(fields, sealedKeyset, KNOWN_VAULT_KEY),
        alter(world.header, { vaultKeyId, sealedKeyset }),
      ]) {
        await expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] });
      }
    }
  });

  it('refuses a renamed vault key', async () => {
    const world = await createWorld();
    const { vaultKeyId: stranger } = parseHeader((await createWorld()).header);
    for (const vaultKeyId of [stranger, new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
      for (const header of [
        alter(world.header, { vaultKeyId }),
        forge(world.header, stolenKey(world.vault), { vaultKeyId }),
      ]) {
        await expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] });
      }
    }
  });

  it('refuses slots of another vault, so that a whole foreign vault opens for nobody', async () => {
    const world = await createWorld();
    const stranger = await createWorld();
    const { vaultId } = parseHeader(world.header);
    await expectHeaderRefused(world, alter(stranger.header, { vaultId }), {
      fresh: ['UNLOCK_FAILED'],
    });
    const { slots } = parseHeader(stranger.header);
    await expectHeaderRefused(world, alter(world.header, { slots }), { fresh: ['UNLOCK_FAILED'] });
  });

  it('encrypts nothing once the vault is locked, whatever the server shows', async () => {
    const world = await createWorld();
    const header = alter(world.header, { vaultKeyId: new Uint8Array(32) });
    await expectHeaderRefused(world, header, { fresh: ['HEADER_TAMPERED'] });
    lockVault(world.vault);
    const attack = () => encryptRow(world.vault, diary, ROW);
    await expectRefused(world, attack, { codes: ['LOCKED'], structural: true });
    expect(world.store.header).toBe(world.header);
  });
});
