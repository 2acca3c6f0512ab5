import { describe, expect, it } from 'vitest';
import { derive } from '../../src/crypto/derive.js';
import { KDF_POLICY, type KdfParameters } from '../../src/crypto/kdf.js';
import { LABEL } from '../../src/crypto/labels.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { byPassword, changePassword, openVault, rekeyVault } from '../../src/index.js';
import { wrapVaultKey } from '../../src/keys/opener.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { fastKdf } from '../support/fast-kdf.js';
import { alter, bytesOf, forge, slotOf, stolenKey, withSlot } from '../support/header-surgeon.js';
import { openStore } from '../support/open-store.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld, PASSWORD, type World } from '../support/world.js';

const FLOOR: KdfParameters = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 };

const CHEAP: readonly Partial<KdfParameters>[] = [
  { memoryKiB: 0 },
  { memoryKiB: 8 },
  { memoryKiB: FLOOR.memoryKiB - 1 },
  { memoryKiB: 2 ** 31 },
  { passes: 0 },
  { passes: 1 },
  { lanes: 0 },
  { memoryKiB: 8, passes: 1, lanes: 1 },
];

/** The header with the first bytes of the password slot's costs replaced: rule, KDF. */
function withRule({ header }: World, rule: number, algorithm: number): string {
  const slots = parseHeader(header).slots.map((slot) =>
    slot.typeByte === 1
      ? { ...slot, body: Uint8Array.from([0, 0, rule, algorithm, ...slot.body.subarray(4)]) }
      : slot,
  );
  return alter(header, { slots });
}

/** The vault as an app of long ago left it: its password slot at the floor, all else in order. */
async function vaultAtFloor() {
  const world = await createWorld();
  const vaultKey = stolenKey(world.vault);
  const { vaultId, slots } = parseHeader(world.header);
  const opener = { ...byPassword(PASSWORD, { kdf: world.kdf }), costs: FLOOR };
  const slot = await wrapVaultKey(vaultId, vaultKey, opener, nobleAead, {});
  const header = forge(world.header, vaultKey, { slots: [slot, ...slots.slice(1)] });
  return { world, store: openStore({ header }) };
}

describe('C01: the server asks for cheap password work', () => {
  it.each(CHEAP)('refuses %j before any Argon2id', async (change) => {
    const world = await createWorld();
    const slots = withSlot(world.header, 'password', { costs: { ...KDF_POLICY, ...change } });
    const header = alter(world.header, { slots });
    await expectHeaderRefused(world, header, { fresh: ['KDF_PARAMS_REFUSED'], structural: true });
  });

  it('refuses them even in a header that is authentic', async () => {
    const world = await createWorld();
    const slots = withSlot(world.header, 'password', { costs: { ...KDF_POLICY, passes: 1 } });
    const header = forge(world.header, stolenKey(world.vault), { slots });
    await expectHeaderRefused(world, header, { fresh: ['KDF_PARAMS_REFUSED'], structural: true });
  });

  it('refuses every other password rule and key-derivation function', async () => {
    const world = await createWorld();
    const fresh = ['KDF_PARAMS_REFUSED'] as const;
    for (let byte = 0; byte < 256; byte++) {
      if (byte === 1) continue;
      for (const header of [withRule(world, byte, 1), withRule(world, 1, byte)]) {
        await expectHeaderRefused(world, header, { fresh, structural: true });
      }
    }
  });

  it('refuses a password slot without its costs', async () => {
    const world = await createWorld();
    const slots = withSlot(world.header, 'password', { costs: null });
    const header = alter(world.header, { slots });
    // What stands where the costs should be is random, so either check may catch it.
    const fresh = ['HEADER_MALFORMED', 'KDF_PARAMS_REFUSED'] as const;
    await expectHeaderRefused(world, header, { fresh, structural: true });
  });

  it('lets a changed cost within the bounds open nothing', async () => {
    const world = await createWorld();
    const slots = withSlot(world.header, 'password', { costs: FLOOR });
    const header = alter(world.header, { slots });
    const openings = ['password'] as const;
    await expectHeaderRefused(world, header, { fresh: ['UNLOCK_FAILED'], openings });
    expect(world.kdf.runs).toBe(3);
  });

  it.each(['changePassword', 'rekeyVault'] as const)(
    '%s makes the new slot at the policy, not at what the header says',
    async (name) => {
      const { world, store } = await vaultAtFloor();
      const kdf = fastKdf();
      const current = byPassword(PASSWORD, { kdf });
      const vault = await openVault(store, current);
      expect(kdf.requests.at(-1)).toMatchObject(FLOOR);
      const next =
        name === 'rekeyVault'
          ? (await rekeyVault(store, vault, { keep: [current] })).vault
          : await changePassword(store, vault, { current, next: PASSWORD, kdf });
      expect(slotOf(next.header, 'password').content.costs).toEqual(KDF_POLICY);
      expect(kdf.requests.at(-1)).toMatchObject(KDF_POLICY);
      expect(world.vault.vaultId).toBe(next.vaultId);
    },
  );

  it('sends nothing that was derived from the password, but the slot itself', async () => {
    const world = await createWorld();
    const { store, vault, kdf } = world;
    const current = byPassword(PASSWORD, { kdf });
    const next = await changePassword(store, vault, { current, next: PASSWORD, kdf });
    const { content } = slotOf(next.header, 'password');
    const { vaultId } = parseHeader(next.header);
    const kek = await current.deriveKek(content);
    const password = new TextEncoder().encode(PASSWORD.normalize('NFC'));
    const secrets = [kek, derive(kek, vaultId, LABEL.slotWrap), stolenKey(next), password];
    for (const sent of store.writes.map(bytesOf)) {
      for (const secret of secrets) expect(sharesWindow(sent, secret)).toBe(false);
    }
    // The search does find what is there.
    const sent = bytesOf(store.writes.at(-1) as string);
    expect(sharesWindow(sent, content.commitment)).toBe(true);
  });
});

/** Whether any 8 bytes of a secret stand anywhere in what was sent. */
function sharesWindow(sent: Uint8Array, secret: Uint8Array): boolean {
  const haystack = Buffer.from(sent);
  for (let at = 0; at + 8 <= secret.length; at++) {
    if (haystack.includes(Buffer.from(secret.subarray(at, at + 8)))) return true;
  }
  return false;
}
