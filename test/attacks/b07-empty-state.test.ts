import { describe, expect, it } from 'vitest';
import {
  adoptHeader,
  byPassword,
  changePassword,
  createVault,
  decryptRow,
  openVault,
  rekeyVault,
  replaceRecoveryKey,
  rotateDataKey,
  type VaultStore,
} from '../../src/index.js';
import { expectHeaderRefused, OPENINGS, openerOf } from '../support/served-header.js';
import { createWorld, diary, expectRefused, PASSWORD, ROW, type World } from '../support/world.js';

const NOTHING: readonly unknown[] = [
  null,
  undefined,
  '',
  {},
  [],
  0,
  false,
  404,
  new Uint8Array(0),
  { header: null },
  { error: 'not found' },
];

/** Texts that are there but are no header. */
const NO_HEADERS = ['null', '{}', '[]', '404', 'Not Found', ' ', '\n', '=', 'AA', 'undefined'];

/** The device's own store, at a server that answers whatever it likes. */
function answering({ store }: World, answer: () => Promise<unknown>): VaultStore {
  return {
    loadHeader: answer as VaultStore['loadHeader'],
    saveHeader: (change) => store.saveHeader(change),
    loadPin: () => store.loadPin(),
    savePin: (pin) => store.savePin(pin),
  };
}

/** Every call that reads the header, as an app would make it. */
function callsOn(world: World, store: VaultStore): (() => Promise<unknown>)[] {
  const { vault, kdf } = world;
  const current = byPassword(PASSWORD, { kdf });
  return [
    ...OPENINGS.map((opening) => () => openVault(store, openerOf(world, opening))),
    () => adoptHeader(store, current),
    () => changePassword(store, vault, { current, next: 'another', kdf }),
    () => rotateDataKey(store, vault),
    () => replaceRecoveryKey(store, vault),
    () => rekeyVault(store, vault, { keep: [current] }),
  ];
}

describe('B07: the server says that there is no vault', () => {
  it('never creates, writes or forgets anything', async () => {
    const world = await createWorld();
    for (const answer of NOTHING) {
      const store = answering(world, async () => answer);
      for (const call of callsOn(world, store)) {
        await expectRefused(world, call, { codes: ['VAULT_MISSING'], structural: true });
      }
      const create = () => createVault(store, openerOf(world, 'password'));
      await expectRefused(world, create, { codes: ['HEADER_CONFLICT'], structural: true });
    }
  });

  it('treats an error of the store as an error, not as an empty answer', async () => {
    const world = await createWorld();
    const failures: unknown[] = [
      Object.assign(new Error('Not Found'), { status: 404 }),
      new TypeError('fetch failed'),
      'not found',
      { status: 404 },
      null,
      undefined,
    ];
    for (const failure of failures) {
      const store = answering(world, () => Promise.reject(failure));
      const create = () => createVault(store, openerOf(world, 'password'));
      for (const call of [...callsOn(world, store), create]) {
        const codes = ['STORE_FAILED'] as const;
        const error = await expectRefused(world, call, { codes, structural: true });
        expect(error.cause).toBe(failure);
      }
    }
  });

  it.each(NO_HEADERS)('refuses %j, which is no header', async (text) => {
    const world = await createWorld();
    const fresh = ['HEADER_MALFORMED'] as const;
    await expectHeaderRefused(world, text, { fresh, structural: true });
  });

  it('keeps the cached header: the vault opens offline while the server has none', async () => {
    const world = await createWorld();
    const store = answering(world, async () => null);
    for (const opening of OPENINGS) {
      const vault = await openVault(store, openerOf(world, opening), { offline: true });
      expect(decryptRow(vault, diary, world.sealed)).toEqual(ROW);
    }
    expect(world.store.header).toBe(world.header);
  });

  it('has nothing to open offline on a device that never saw the vault', async () => {
    const world = await createWorld();
    const device = world.store.otherDevice();
    const attack = () => openVault(device, openerOf(world, 'password'), { offline: true });
    await expectRefused(world, attack, { codes: ['VAULT_MISSING'], structural: true });
  });

  it('creates where a pin exists only when the user gave that very vault up', async () => {
    const world = await createWorld();
    const { store, kdf } = world;
    store.header = null;
    const opener = byPassword('a new beginning', { kdf });
    const other = await createWorld();
    for (const replaces of [other.store.pin as string, other.header, world.header, 'yes', '']) {
      const attack = () => createVault(store, opener, { replaces });
      await expectRefused(world, attack, { codes: ['VAULT_MISMATCH'], structural: true });
    }
    const device = store.otherDevice();
    device.pin = store.pin;
    const { vault } = await createVault(device, opener, { replaces: device.pin as string });
    expect(vault.vaultId).not.toBe(world.vault.vaultId);
  });
});
