import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  decryptRow,
  decryptRowDetails,
  encryptRow,
  lockVault,
  memoryStore,
  openVault,
  pinOf,
  RowsealError,
  rekeyVault,
  rotateDataKey,
} from '../../src/index.js';
import { FAULTS, faultyStore } from '../support/faulty-store.js';
import { alter, bytesOf } from '../support/header-surgeon.js';
import { openStore } from '../support/open-store.js';
import { expectNowhere, type Secrets } from '../support/secret-search.js';
import {
  CANARY,
  createWorld,
  diary,
  PASSWORD,
  ROW,
  secretsOf,
  type World,
} from '../support/world.js';

const DEVICE_KEY = Uint8Array.from({ length: 32 }, (_, i) => 255 - 3 * i);

function secretsIn(world: World): Secrets {
  return { ...secretsOf(world), 'device key': DEVICE_KEY };
}

async function failureOf(attack: () => unknown): Promise<unknown> {
  try {
    await attack();
  } catch (error) {
    return error;
  }
  throw new Error('The attack was not refused.');
}

describe('D06: secrets in errors, logs and serialised values', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('finds what it looks for: the search itself is no formality', async () => {
    const world = await createWorld();
    for (const [name, secret] of Object.entries(secretsIn(world))) {
      for (const leaky of [{ secret }, new Error('leak', { cause: secret }), [[secret]]]) {
        expect(() => expectNowhere({ [name]: secret }, leaky)).toThrow();
      }
    }
    const bytes = Buffer.from(DEVICE_KEY);
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
      const leaky = new Error(`key ${bytes.toString(encoding)} failed`);
      expect(() => expectNowhere({ key: DEVICE_KEY }, leaky)).toThrow();
    }
  });

  it('shows none in vaults, openers, stores, pins and headers', async () => {
    const world = await createWorld();
    const { store, kdf } = world;
    const rotated = await rotateDataKey(store, world.vault);
    const keep = [byPassword(PASSWORD, { kdf })];
    const { vault } = await rekeyVault(store, rotated, { keep });
    const secrets = { ...secretsIn(world), ...secretsIn({ ...world, vault }) };
    const memory = memoryStore(vault.header);
    await openVault(memory, byPassword(PASSWORD, { kdf }));
    for (const value of [
      world.vault,
      rotated,
      vault,
      vault.slots,
      vault.keys,
      byPassword(PASSWORD),
      byPassword(new TextEncoder().encode(PASSWORD)),
      byRecoveryKey(world.recoveryKey),
      bySecret(DEVICE_KEY),
      memory,
      pinOf(vault),
      bytesOf(pinOf(vault)),
      ...store.writes.map(bytesOf),
      encryptRow(vault, diary, ROW),
    ]) {
      expectNowhere(secrets, value);
    }
    lockVault(vault);
    expectNowhere(secrets, vault);
  });

  it('gives a clone of a vault nothing to work with', async () => {
    const { vault, store, sealed } = await createWorld();
    const copies = [
      structuredClone(vault),
      JSON.parse(JSON.stringify(vault)),
      { ...vault },
      Object.create(vault),
      new Proxy(vault, {}),
    ];
    for (const copy of copies) {
      for (const use of [
        () => decryptRow(copy, diary, sealed),
        () => encryptRow(copy, diary, ROW),
        () => rotateDataKey(store, copy),
        () => lockVault(copy),
        () => pinOf(copy),
      ]) {
        expect(await failureOf(use)).toBeInstanceOf(TypeError);
      }
    }
    expect(Object.isFrozen(vault) && Object.isFrozen(vault.keys)).toBe(true);
    expect(() => Object.assign(vault, { epoch: 9 })).toThrow(TypeError);
  });

  it('shows none in what is thrown, whatever goes wrong', async () => {
    const world = await createWorld();
    const { store, vault, kdf, sealed, recoveryKey } = world;
    const secrets = secretsIn(world);
    const current = byPassword(PASSWORD, { kdf });
    const typo = `${recoveryKey.slice(0, -1)}${recoveryKey.endsWith('0') ? '1' : '0'}`;
    const header = alter(world.header, { vaultKeyId: new Uint8Array(32) });
    const tampered = { ...store.otherDevice(), loadHeader: async () => header };
    const attacks: (() => unknown)[] = [
      () => byPassword(`${PASSWORD}\0`),
      () => byPassword(PASSWORD.repeat(100)),
      () => byPassword(new TextEncoder().encode(`${PASSWORD}\n`)),
      () => byRecoveryKey(typo),
      () => byRecoveryKey(`${recoveryKey}${recoveryKey}`),
      () => bySecret(DEVICE_KEY.subarray(1)),
      () => Reflect.apply(byPassword, null, [PASSWORD, { [PASSWORD.length]: 1 }]),
      () => openVault(store, byPassword(`${PASSWORD}?`, { kdf })),
      () => openVault(store, bySecret(DEVICE_KEY)),
      () => openVault(tampered, current),
      () => createVault(store, current),
      () => changePassword(store, vault, { current: bySecret(DEVICE_KEY), next: PASSWORD, kdf }),
      () => rotateDataKey(memoryStoreOf(world, 'failing'), vault),
      () => encryptRow(vault, diary, { ...ROW, text: 5 as unknown as string }),
      () => encryptRow(vault, diary, { ...ROW, text: `${CANARY}\ud800` }),
      () => encryptRow(vault, diary, { ...ROW, mood: CANARY as unknown as number }),
      () => encryptRow(vault, diary, { ...ROW, owner: CANARY }, { previous: sealed }),
      () => decryptRow(vault, diary, { ...sealed, id: CANARY }),
      () => decryptRow(vault, diary, { ...sealed, owner: CANARY }),
      () => decryptRow(vault, diary, { ...sealed, payload: CANARY }),
      () => decryptRowDetails(vault, diary, { ...sealed, payload: PASSWORD }),
      ...FAULTS.filter((fault) => fault !== 'late error' && fault !== 'twice').map(
        (fault) => () => {
          const lying = faultyStore(openStore({ header: world.header }), fault);
          return changePassword(lying, vault, { current, next: PASSWORD, kdf });
        },
      ),
    ];
    const codes = new Set<unknown>();
    for (const attack of attacks) {
      const error = await failureOf(attack);
      expectNowhere(secrets, error);
      codes.add(error instanceof RowsealError ? error.code : (error as Error).name);
    }
    expect([...codes].sort()).toEqual([
      'HEADER_CONFLICT',
      'HEADER_MALFORMED',
      'HEADER_TAMPERED',
      'NOT_ENCRYPTED',
      'PASSWORD_REFUSED',
      'RECOVERY_KEY_TYPO',
      'ROW_AUTH_FAILED',
      'STORE_FAILED',
      'TypeError',
      'UNLOCK_FAILED',
      'VALUE_UNSUPPORTED',
    ]);
  });

  it('writes nothing to the console and leaves nothing in globals', async () => {
    const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'table', 'dir'] as const;
    const spies = methods.map((method) => vi.spyOn(console, method));
    const globals = Reflect.ownKeys(globalThis).map(String).sort();
    const world = await createWorld();
    await failureOf(() => openVault(world.store, byPassword('wrong', { kdf: world.kdf })));
    await failureOf(() => decryptRow(world.vault, diary, { ...world.sealed, id: 'moved' }));
    lockVault(world.vault);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    expect(Reflect.ownKeys(globalThis).map(String).sort()).toEqual(globals);
    expect(inspect(world.vault)).toContain('vaultId');
  });
});

/** A store of its own at the world's header, honest or refusing every write. */
function memoryStoreOf({ header }: World, failing?: 'failing') {
  const store = memoryStore(header);
  if (!failing) return store;
  return { ...store, saveHeader: () => Promise.reject(new Error('503 Service Unavailable')) };
}
