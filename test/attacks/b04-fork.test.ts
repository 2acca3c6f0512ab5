import { describe, expect, it } from 'vitest';
import {
  adoptHeader,
  byPassword,
  changePassword,
  decryptRow,
  encryptRow,
  fingerprintOf,
  type KdfBackend,
  openVault,
  pinOf,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { CHANGES, type Change, passwordAfter } from '../support/changes.js';
import { alter } from '../support/header-surgeon.js';
import { laterThan } from '../support/later-than.js';
import { type OpenStore, openStore } from '../support/open-store.js';
import {
  beforeAttack,
  createWorld,
  diary,
  expectRefusal,
  expectRefused,
  openPinned,
  PASSWORD,
  ROW,
  type SealedDiaryRow,
  type World,
} from '../support/world.js';

/** One side of a fork: what the server shows to one device, and what that device wrote. */
interface Side {
  readonly store: OpenStore;
  readonly vault: Vault;
  readonly row: SealedDiaryRow;
  readonly password: string;
}

/** Two devices of one vault to which the server shows headers of their own from now on. */
async function fork(winning: Change, losing: Change) {
  const world = await createWorld();
  const { kdf } = world;
  const other = openStore({ header: world.header });
  const vault = await openVault(other, byPassword(PASSWORD, { kdf }));
  const sides = {
    winner: await side(world.store, world.vault, winning, kdf),
    loser: await side(other, vault, losing, kdf),
  };
  return { world, ...sides };
}

async function side(
  store: OpenStore,
  vault: Vault,
  change: Change,
  kdf: KdfBackend,
): Promise<Side> {
  const next = await change.run(store, vault, kdf);
  const row = encryptRow(next, diary, { ...ROW, text: change.name });
  return { store, vault: next, row, password: passwordAfter(change) };
}

/** The world as the losing device sees it, once the server shows it the winner's header. */
function confront(world: World, winner: Side, loser: Side): World {
  loser.store.header = winner.store.header;
  const { store, vault, password } = loser;
  return { ...world, store, vault, password, header: vault.header };
}

/** From now on the losing device knows what the winner made of both. */
function reconcile(seen: World, winner: Side, adopted: Vault): void {
  seen.header = adopted.header;
  seen.password = winner.password;
}

function named(name: string): Change {
  return CHANGES.find((change) => change.name === name) as Change;
}

const rekey = named('rekeyVault');
const rotate = named('rotateDataKey');
const UNDER_ONE_KEY = CHANGES.filter((change) => change !== rekey);
/** The side that did not know of a revocation wrote under a revoked key: kept, and opened if asked. */
const QUARANTINED_TOO = { acceptRetired: true } as const;
const FORKS = CHANGES.flatMap((winning) => UNDER_ONE_KEY.map((losing) => ({ winning, losing })));

describe('B04: the server forks two devices', () => {
  it.each(FORKS)('$winning.name against $losing.name: conflict, then adopted', async (names) => {
    const { world, winner, loser } = await fork(names.winning, names.losing);
    const { kdf } = world;
    expect(winner.vault.epoch).toBe(loser.vault.epoch);
    expect(fingerprintOf(winner.vault)).not.toBe(fingerprintOf(loser.vault));

    const opener = names.winning.opener(kdf);
    const seen = confront(world, winner, loser);
    await expectRefused(seen, () => openVault(loser.store, opener), { codes: ['HEADER_CONFLICT'] });

    const { vault, addedKeys } = await adoptHeader(loser.store, opener);
    reconcile(seen, winner, vault);
    expect(addedKeys).toEqual(names.losing === rotate ? [loser.vault.keys[0]?.id] : []);
    // The other device goes on as if nothing had happened, and reads what the fork wrote.
    winner.store.header = loser.store.header;
    const there = await openVault(winner.store, opener);
    expect(fingerprintOf(there)).toBe(fingerprintOf(vault));
    for (const reader of [vault, there]) {
      expect(reader.keys[0]?.id, 'new rows use the key of the adopted side').toBe(
        winner.vault.keys[0]?.id,
      );
      for (const row of [world.sealed, winner.row, loser.row]) {
        expect(decryptRow(reader, diary, row, QUARANTINED_TOO).id).toBe(ROW.id);
      }
    }
    expect(loser.store.pin).toBe(pinOf(vault));
    expect((await openVault(loser.store, opener)).freshness).toBe('pinned');
  });

  it.each(CHANGES)('refuses $name under a vault key that does not follow', async (winning) => {
    const { world, winner, loser } = await fork(winning, rekey);
    const opener = winning.opener(world.kdf);
    const seen = confront(world, winner, loser);
    for (const attack of [
      () => openVault(loser.store, opener),
      () => adoptHeader(loser.store, opener),
    ]) {
      await expectRefused(seen, attack, { codes: ['HEADER_ROLLBACK'] });
    }
    const own = byPassword(PASSWORD, { kdf: world.kdf });
    const offline = await openVault(loser.store, own, { offline: true });
    expect(decryptRow(offline, diary, loser.row).text).toBe(rekey.name);
  });

  it('adopts keys from before a revocation as revoked, so that a thief gains nothing', async () => {
    const { world, winner, loser } = await fork(rekey, rotate);
    const opener = rekey.opener(world.kdf);
    const seen = confront(world, winner, loser);
    // The thief holds the old vault key, and so the key that the losing side made under it.
    const thief = loser.vault;
    await laterThan(Date.now());
    const { vault } = await adoptHeader(loser.store, opener);
    reconcile(seen, winner, vault);
    expect(vault.keys.map(({ status }) => status)).toEqual(['primary', 'revoked', 'revoked']);
    expect(decryptRow(vault, diary, loser.row).text).toBe(rotate.name);
    await laterThan(vault.keys[2]?.retiredAt ?? 0);
    const forged = encryptRow(thief, diary, { ...ROW, text: 'forged' });
    const attack = () => decryptRow(vault, diary, forged);
    await expectRefused(seen, attack, { codes: ['KEY_RETIRED'], structural: true });
  });

  it('adopts nothing but a fork: not an older header, another vault, or an edited one', async () => {
    const { world, winner, loser } = await fork(rotate, rotate);
    const { kdf } = world;
    const opener = byPassword(PASSWORD, { kdf });
    const seen = confront(world, winner, loser);
    const adopt = () => adoptHeader(loser.store, opener);
    const stranger = await createWorld();
    const edited = alter(winner.vault.header, { vaultKeyId: new Uint8Array(32) });
    for (const [header, code, structural] of [
      [world.header, 'HEADER_ROLLBACK', true],
      [stranger.header, 'VAULT_MISMATCH', true],
      [null, 'VAULT_MISSING', true],
      [edited, 'HEADER_TAMPERED', false],
    ] as const) {
      loser.store.header = header;
      await expectRefused(seen, adopt, { codes: [code], structural });
    }
    loser.store.header = winner.vault.header;
    const wrong = () => adoptHeader(loser.store, byPassword('wrong', { kdf }));
    await expectRefused(seen, wrong, { codes: ['UNLOCK_FAILED'] });
    const fresh = openStore({ header: winner.vault.header });
    const nothing = () => adoptHeader(fresh, opener);
    await expectRefused(seen, nothing, { codes: ['VAULT_MISSING'], structural: true });
    const { vault, addedKeys } = await adopt();
    reconcile(seen, winner, vault);
    expect(addedKeys).toEqual([loser.vault.keys[0]?.id]);
  });

  it('does not lead a device back that learned more while the password was worked on', async () => {
    const { world, winner, loser } = await fork(rotate, rotate);
    const seen = confront(world, winner, loser);
    const later = openStore({ header: loser.vault.header });
    const ahead = await rotateDataKey(later, loser.vault);
    const kdf: KdfBackend = {
      name: 'slow: another tab pins a later header meanwhile',
      argon2id(request) {
        loser.store.pin = pinOf(ahead);
        return world.kdf.argon2id(request);
      },
    };
    const before = beforeAttack(seen);
    const opener = byPassword(PASSWORD, { kdf });
    const refusal = await adoptHeader(loser.store, opener).catch((error: unknown) => error);
    const codes = ['HEADER_ROLLBACK'] as const;
    // The pin is the one that the other tab wrote.
    expectRefusal(seen, { ...before, pin: pinOf(ahead) }, refusal, { codes });
    loser.store.pin = before.pin;
    await expectRefused(seen, () => openPinned(seen), { codes: ['HEADER_CONFLICT'] });
  });

  it('adopts again and again without adding anything twice', async () => {
    const { world, winner, loser } = await fork(rotate, rotate);
    confront(world, winner, loser);
    const opener = byPassword(PASSWORD, { kdf: world.kdf });
    const { vault: first } = await adoptHeader(loser.store, opener);
    const { vault: again, addedKeys } = await adoptHeader(loser.store, opener);
    expect(addedKeys).toEqual([]);
    expect(again.header).toBe(first.header);
    const next = await changePassword(loser.store, again, {
      current: opener,
      next: 'another',
      kdf: world.kdf,
    });
    const { vault } = await rekeyVault(loser.store, next, {
      keep: [byPassword('another', { kdf: world.kdf })],
    });
    for (const row of [world.sealed, winner.row, loser.row]) {
      expect(decryptRow(vault, diary, row, QUARANTINED_TOO).id).toBe(ROW.id);
    }
  });
});
