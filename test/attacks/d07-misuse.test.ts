import { describe, expect, it } from 'vitest';
import * as rowseal from '../../src/index.js';
import { openKeeper } from '../support/open-keeper.js';
import { createWorld, diary, PASSWORD, ROW, type World } from '../support/world.js';

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);

/** Options that other libraries have, and that would weaken this one. */
const IMAGINED = [
  'nonce',
  'iv',
  'salt',
  'key',
  'keyId',
  'iterations',
  'memoryKiB',
  'algorithm',
  'random',
  'skipVerify',
] as const;

const noRows = { readRows: async () => [], replaceRow: async () => true };

/** Every function that takes options, called with one that does not exist. */
function callsWith({ store, vault, sealed, kdf }: World, option: string) {
  const extra = { [option]: SECRET } as object;
  const opener = rowseal.byPassword(PASSWORD, { kdf });
  const change = { current: opener, next: 'next', ...extra };
  return {
    adoptHeader: () => rowseal.adoptHeader(store, opener, extra),
    addSecret: () => rowseal.addSecret(store, vault, SECRET, extra),
    byPassword: () => rowseal.byPassword(PASSWORD, { kdf, ...extra }),
    bySecret: () => rowseal.bySecret(SECRET, extra),
    changePassword: () => rowseal.changePassword(store, vault, change),
    createVault: () => rowseal.createVault(rowseal.memoryStore(), opener, extra),
    decryptRow: () => rowseal.decryptRow(vault, diary, sealed, extra),
    decryptRowDetails: () => rowseal.decryptRowDetails(vault, diary, sealed, extra),
    decryptRows: () => rowseal.decryptRows(vault, diary, [sealed], extra),
    deriveKey: () => rowseal.deriveKey(vault, 'label', extra),
    dropRetiredKeys: () =>
      rowseal.dropRetiredKeys(store, vault, { closeKeys: async () => [], ...extra }),
    encryptDelete: () => rowseal.encryptDelete(vault, diary, sealed, extra),
    encryptRow: () => rowseal.encryptRow(vault, diary, ROW, extra),
    encryptRows: () => rowseal.encryptRows(vault, diary, [ROW], extra),
    exportVault: () => rowseal.exportVault(vault, [], extra),
    mergeRows: () => rowseal.mergeRows(vault, diary, sealed, sealed, extra),
    openExport: () => rowseal.openExport([], opener, extra),
    openVault: () => rowseal.openVault(store, opener, extra),
    reencryptAll: () => rowseal.reencryptAll(vault, diary, noRows, extra),
    reencryptRow: () => rowseal.reencryptRow(vault, diary, sealed, extra),
    rekeyVault: () => rowseal.rekeyVault(store, vault, { keep: [opener], ...extra }),
    replaceRecoveryKey: () => rowseal.replaceRecoveryKey(store, vault, extra),
    browserKeeper: () => rowseal.browserKeeper(extra),
    resumeVault: () => rowseal.resumeVault(store, openKeeper(), extra),
    tryDecryptRow: () => rowseal.tryDecryptRow(vault, diary, sealed, extra),
    vaultHealth: () => rowseal.vaultHealth(vault, extra),
    'decryptRows of none': () => rowseal.decryptRows(vault, diary, [], extra),
    'encryptRows of none': () => rowseal.encryptRows(vault, diary, [], extra),
  };
}

/** Functions whose parameters are all named in their signature. */
const WITHOUT_OPTIONS = [
  'byRecoveryKey',
  'countKeyUse',
  'defineTable', // checked apart
  'fingerprintOf',
  'generateRecoveryKey',
  'keepUnlocked',
  'lockVault',
  'memoryStore',
  'pinOf',
  'proveRecoveryKey',
  'recallKeys',
  'refreshVault',
  'removeSlot',
  'restoreHeader',
  'rotateDataKey',
];

async function call(run: () => unknown): Promise<unknown> {
  return run();
}

describe('D07: an option that does not exist is a mistake, never ignored', () => {
  it('covers every public function', async () => {
    const functions = Object.entries(rowseal).flatMap(([name, value]) =>
      typeof value === 'function' && !/Error$/.test(name) ? [name] : [],
    );
    const covered = Object.keys(callsWith(await createWorld(), 'nonce'));
    const named = [...covered.filter((name) => !name.includes(' ')), ...WITHOUT_OPTIONS];
    expect(named.sort()).toEqual(functions.sort());
  });

  it.each(IMAGINED)('as %s', async (option) => {
    const world = await createWorld();
    const before = [world.store.header, world.store.pin, world.store.writes.length];
    for (const [name, run] of Object.entries(callsWith(world, option))) {
      await expect(call(run), name).rejects.toThrow(TypeError);
    }
    expect([world.store.header, world.store.pin, world.store.writes.length]).toEqual(before);
    const options = { [option]: undefined } as object;
    expect(() => rowseal.defineTable('t', {}, options)).toThrow(TypeError);
  });
});

describe('D07: weak or wrong keys are refused', () => {
  const weak: readonly (readonly [string, unknown])[] = [
    ...[0, 1, 16, 31, 33, 64].map(
      (length) => [`${length} bytes`, Uint8Array.from({ length }, (_, i) => i)] as const,
    ),
    ['32 zeros', new Uint8Array(32)],
    ['32 ones', new Uint8Array(32).fill(0xff)],
    ['text of 32 characters', '0123456789abcdef0123456789abcdef'],
    ['an array', [...SECRET]],
    ['an ArrayBuffer', SECRET.buffer],
    ['32 numbers of 16 bits', Uint16Array.from(SECRET)],
    ['null', null],
    ['nothing', undefined],
    ['a lookalike', { length: 32, every: () => false, slice: () => SECRET }],
  ];

  it.each(weak)('as a secret: %s', async (_, secret) => {
    const { store, vault } = await createWorld();
    const writes = store.writes.length;
    expect(() => rowseal.bySecret(secret as never)).toThrow(TypeError);
    await expect(rowseal.addSecret(store, vault, secret as never)).rejects.toThrow(TypeError);
    expect(store.writes).toHaveLength(writes);
  });

  it('as a vault: text, bytes, a header, a copy, nothing', async () => {
    const { vault, sealed, header } = await createWorld();
    const copies = [{ ...vault }, structuredClone(vault), Object.create(vault)];
    for (const fake of ['key', SECRET, header, { key: SECRET }, null, undefined, ...copies]) {
      const no = fake as never;
      for (const run of [
        () => rowseal.encryptRow(no, diary, ROW),
        () => rowseal.encryptRows(no, diary, [ROW]),
        () => rowseal.decryptRow(no, diary, sealed),
        () => rowseal.decryptRows(no, diary, [sealed]),
        () => rowseal.tryDecryptRow(no, diary, sealed),
        () => rowseal.deriveKey(no, 'label'),
        () => rowseal.pinOf(no),
        () => rowseal.fingerprintOf(no),
        () => rowseal.lockVault(no),
      ]) {
        expect(run).toThrow(TypeError);
      }
    }
  });

  it('as an opener: the password itself, its bytes, half an opener, nothing', async () => {
    const { store, vault } = await createWorld();
    const before = [store.header, store.pin, store.writes.length];
    const half = { slotType: 'password', info: SECRET, costs: null };
    for (const fake of [PASSWORD, SECRET, rowseal.byPassword, half, null, undefined]) {
      const no = fake as never;
      for (const run of [
        () => rowseal.createVault(rowseal.memoryStore(), no),
        () => rowseal.openVault(store, no),
        () => rowseal.adoptHeader(store, no),
        () => rowseal.changePassword(store, vault, { current: no, next: 'next' }),
        () => rowseal.rekeyVault(store, vault, { keep: [no] }),
      ]) {
        await expect(run()).rejects.toThrow(TypeError);
      }
    }
    expect([store.header, store.pin, store.writes.length]).toEqual(before);
  });

  it('as a password, or as a recovery key: whatever is no text', async () => {
    const { store, vault, kdf } = await createWorld();
    const before = [store.header, store.pin, store.writes.length];
    const current = rowseal.byPassword(PASSWORD, { kdf });
    for (const fake of [5, null, undefined, [...PASSWORD], Object(PASSWORD), SECRET.buffer]) {
      const no = fake as never;
      const change = { current, next: no };
      expect(() => rowseal.byPassword(no)).toThrow(TypeError);
      await expect(rowseal.changePassword(store, vault, change)).rejects.toThrow(TypeError);
      expect(() => rowseal.byRecoveryKey(no)).toThrow(/is text/);
    }
    expect(() => rowseal.byRecoveryKey(SECRET as never)).toThrow(/is text/);
    expect([store.header, store.pin, store.writes.length]).toEqual(before);
  });

  it('as a list of what is kept or given up: what is no list', async () => {
    const { store, vault, kdf } = await createWorld();
    const before = [store.header, store.pin, store.writes.length];
    const opener = rowseal.byPassword(PASSWORD, { kdf });
    for (const fake of [new Set([opener]), opener, 5, { 0: opener, length: 1 }, true]) {
      const keep = fake as never;
      await expect(rowseal.rekeyVault(store, vault, { keep })).rejects.toThrow(/a list/);
      const replaces = fake as never;
      await expect(rowseal.createVault(store, opener, { replaces })).rejects.toThrow(/a list/);
    }
    expect([store.header, store.pin, store.writes.length]).toEqual(before);
  });

  it('as the info of a slot, the label or length of a key', async () => {
    const { vault } = await createWorld();
    for (const info of ['text', new Uint8Array(257), [1], SECRET.buffer]) {
      expect(() => rowseal.bySecret(SECRET, { info: info as never })).toThrow(TypeError);
    }
    for (const label of ['', '\ud800', 5, null, undefined, SECRET]) {
      expect(() => rowseal.deriveKey(vault, label as never)).toThrow(TypeError);
    }
    for (const length of [0, 1, 15, 65, 16.5, NaN, -32, '32']) {
      const derive = () => rowseal.deriveKey(vault, 'x', { length: length as never });
      expect(derive).toThrow(RangeError);
    }
  });

  it('changes no slot when the bytes of a secret change after it was given', async () => {
    const { store, vault } = await createWorld();
    const mine = SECRET.slice();
    const opener = rowseal.bySecret(mine);
    await rowseal.addSecret(store, vault, mine);
    mine.fill(0);
    const opened = await rowseal.openVault(store, opener);
    expect(opened.vaultId).toBe(vault.vaultId);
  });
});
