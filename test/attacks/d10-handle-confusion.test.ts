import { describe, expect, it } from 'vitest';
import {
  byPassword,
  changePassword,
  decryptRow,
  decryptRows,
  deriveKey,
  encryptRow,
  fingerprintOf,
  type KdfBackend,
  lockVault,
  openVault,
  pinOf,
  rekeyVault,
  rotateDataKey,
  tryDecryptRow,
  type Vault,
} from '../../src/index.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { CHANGES, passwordAfter } from '../support/changes.js';
import { bytesOf, textOf } from '../support/header-surgeon.js';
import {
  createWorld,
  diary,
  expectHonestWorks,
  expectRefused,
  openPinned,
  PASSWORD,
  ROW,
  type World,
} from '../support/world.js';

const LOCKED = { codes: ['LOCKED'], structural: true } as const;

/** Every key buffer that a snapshot refers to. */
function buffersOf(vault: Vault): Uint8Array[] {
  const { vaultKey, dataKeys, earlierVaultKeys } = revealSecrets(vault);
  const deks = dataKeys.flatMap(({ dek, rowKey }) => [dek, rowKey]);
  return [vaultKey, ...deks, ...earlierVaultKeys.map(({ key }) => key)];
}

/** Everything that takes a vault. */
function usesOf({ store, kdf, sealed }: World, vault: Vault): (() => unknown)[] {
  return [
    () => decryptRow(vault, diary, sealed),
    () => encryptRow(vault, diary, ROW),
    () => encryptRow(vault, diary, ROW, { previous: sealed }),
    () => deriveKey(vault, 'local database'),
    () => fingerprintOf(vault),
    () => pinOf(vault),
    ...CHANGES.map((change) => () => change.run(store, vault, kdf)),
  ];
}

describe('D10: one vault is taken for another', () => {
  it('locks one of two vaults and leaves the other as it was', async () => {
    const [mine, yours] = [await createWorld(), await createWorld()];
    lockVault(mine.vault);
    for (const use of usesOf(mine, mine.vault)) await expectRefused(mine, use, LOCKED);
    expect(tryDecryptRow(mine.vault, diary, mine.sealed)).toMatchObject({ ok: false });
    expect(decryptRows(mine.vault, diary, [mine.sealed])[0]).toMatchObject({
      error: { code: 'LOCKED' },
    });
    await expectHonestWorks(yours);
    lockVault(mine.vault);
    await expectRefused(mine, () => pinOf(mine.vault), LOCKED);
  });

  it('never lets a row of one vault into the other, even under one password and one id', async () => {
    const [mine, yours] = [await createWorld(), await createWorld()];
    const kdf = mine.kdf;
    await changePassword(mine.store, mine.vault, {
      current: byPassword(PASSWORD, { kdf }),
      next: PASSWORD,
      kdf,
    });
    const keyId = bytesOf(yours.vault.keys[0]?.id ?? '');
    const bytes = bytesOf(mine.sealed.payload);
    const relabelled = textOf([...bytes.subarray(0, 1), ...keyId, ...bytes.subarray(33)]);
    for (const [payload, code] of [
      [mine.sealed.payload, 'UNKNOWN_KEY'],
      [relabelled, 'ROW_AUTH_FAILED'],
    ] as const) {
      for (const attack of [
        () => decryptRow(yours.vault, diary, { ...yours.sealed, payload }),
        () => encryptRow(yours.vault, diary, ROW, { previous: { ...yours.sealed, payload } }),
      ]) {
        await expectRefused(yours, attack, { codes: [code], structural: true });
      }
    }
  });

  it('changes no vault through the snapshot or the store of another', async () => {
    const [mine, yours] = [await createWorld(), await createWorld()];
    for (const change of CHANGES) {
      const attack = () => change.run(yours.store, mine.vault, yours.kdf);
      await expectRefused(yours, attack, { codes: ['VAULT_MISMATCH'], structural: true });
    }
    await expectHonestWorks(mine);
  });

  it('wipes the keys of every snapshot of an opening, and of no other opening', async () => {
    const world = await createWorld();
    const { store, vault, kdf } = world;
    const other = await openPinned(world);
    const rotated = await rotateDataKey(store, vault);
    const keep = [byPassword(PASSWORD, { kdf })];
    const { vault: rekeyed } = await rekeyVault(store, rotated, { keep });
    const snapshots = [vault, rotated, rekeyed];
    const buffers = snapshots.flatMap(buffersOf);
    expect(buffers.length).toBeGreaterThan(10);
    for (const buffer of buffers) expect(buffer.some((byte) => byte !== 0)).toBe(true);

    lockVault(rotated);
    for (const buffer of buffers) expect(buffer.every((byte) => byte === 0)).toBe(true);
    for (const snapshot of snapshots) {
      const locked: World = { ...world, vault: snapshot, header: rekeyed.header };
      await expectRefused(locked, () => pinOf(snapshot), LOCKED);
    }
    expect(decryptRow(other, diary, world.sealed)).toEqual(ROW);
  });

  it.each(['changePassword', 'rekeyVault'] as const)(
    'writes nothing when the vault is locked while %s works on a password',
    async (name) => {
      for (const run of [1, 2]) {
        const world = await createWorld();
        const { store, vault } = world;
        let runs = 0;
        const kdf: KdfBackend = {
          name: 'locks the vault meanwhile',
          async argon2id(request) {
            runs += 1;
            if (runs === run) lockVault(vault);
            return world.kdf.argon2id(request);
          },
        };
        const change = CHANGES.find((each) => each.name === name);
        const attack = () => change?.run(store, vault, kdf);
        await expectRefused(world, attack, { codes: ['LOCKED'] });
        expect(runs).toBeGreaterThanOrEqual(run);
        const opened = await openVault(
          store.otherDevice(),
          byPassword(PASSWORD, { kdf: world.kdf }),
        );
        expect(decryptRow(opened, diary, world.sealed)).toEqual(ROW);
      }
    },
  );

  it.each(CHANGES)(
    'stores good keys when the vault is locked while $name is saved',
    async (change) => {
      const world = await createWorld();
      const { store, vault, kdf } = world;
      const locking = {
        loadHeader: () => store.loadHeader(),
        loadPin: () => store.loadPin(),
        savePin: (pin: string) => store.savePin(pin),
        saveHeader: (next: Parameters<typeof store.saveHeader>[0]) => {
          lockVault(vault);
          return store.saveHeader(next);
        },
      };
      const next = await change.run(locking, vault, kdf);
      const locked: World = {
        ...world,
        store: store.otherDevice(),
        vault: next,
        header: next.header,
        password: passwordAfter(change),
      };
      for (const use of usesOf(locked, next)) await expectRefused(locked, use, LOCKED);
      const opened = await openVault(store, change.opener(kdf));
      expect(opened.epoch).toBe(2);
      expect(decryptRow(opened, diary, world.sealed)).toEqual(ROW);
    },
  );
});
