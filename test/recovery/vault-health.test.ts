/** What a settings screen says of a vault, from public data alone. */
import { describe, expect, it } from 'vitest';
import {
  type AdviceCode,
  addSecret,
  byPassword,
  byRecoveryKey,
  bySecret,
  countKeyUse,
  createVault,
  defineTable,
  dropRetiredKeys,
  encrypted,
  encryptRow,
  type KeyUse,
  lockVault,
  memoryStore,
  openVault,
  proveRecoveryKey,
  recallKeys,
  refreshVault,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
  type VaultHealth,
  type VaultOpener,
  vaultHealth,
} from '../../src/index.js';
import type { KeySlot } from '../../src/keys/key-slot.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { fastKdf } from '../support/fast-kdf.js';
import { forge } from '../support/header-surgeon.js';
import { keysetWith } from '../support/plain-keyset.js';
import { createWorld, openFresh } from '../support/world.js';

const kdf = fastKdf();
const password = byPassword('correct horse battery staple', { kdf });
const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);
const DAY = 24 * 60 * 60 * 1000;
const notes = defineTable('notes', { body: encrypted.text() });

async function vaultOf(opener: VaultOpener = password, recovery = true) {
  const store = memoryStore();
  const created = recovery
    ? await createVault(store, opener)
    : await createVault(store, opener, { recovery: false });
  return { store, ...created };
}

/** The health of a vault in which everything is as it should be but for what a test adds. */
async function provedVault() {
  const { store, vault, recoveryKey } = await vaultOf();
  return { store, vault: await proveRecoveryKey(store, vault, recoveryKey as string) };
}

function codesOf({ advice }: VaultHealth): AdviceCode[] {
  return advice.map(({ code }) => code);
}

/** As it would be if another version of rowseal had changed its slots. */
async function withSlots(
  vault: Vault,
  opener: VaultOpener,
  change: (slots: readonly KeySlot[]) => readonly KeySlot[],
): Promise<Vault> {
  const { header, vaultKey } = revealSecrets(vault);
  const forged = forge(header.text, vaultKey, { slots: change(header.slots) });
  const store = memoryStore(forged);
  return openVault(store, opener);
}

const newerSlot: KeySlot = {
  typeByte: 9,
  id: Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9),
  body: new Uint8Array(4),
  content: null,
};

describe('the ways in', () => {
  it('are listed by kind, with their slot ids', async () => {
    const { store, vault } = await vaultOf();
    const next = await addSecret(store, vault, SECRET);
    const { waysIn } = vaultHealth(next);
    const idsOf = (type: string) =>
      next.slots.filter((slot) => slot.type === type).map(({ id }) => id);
    expect(waysIn).toEqual({
      password: idsOf('password'),
      'recovery-key': idsOf('recovery-key'),
      secret: idsOf('secret'),
      unknown: [],
    });
    expect(Object.values(waysIn).map(({ length }) => length)).toEqual([1, 1, 1, 0]);
  });

  it('password and recovery key: a forgotten password is made good', async () => {
    const { vault } = await provedVault();
    const health = vaultHealth(vault);
    expect(health.ifPasswordForgotten).toBe('recovery-key');
    expect(health.advice).toEqual([
      { code: 'all-good', severity: 'good', action: null, sentence: expect.any(String) },
    ]);
  });

  it('password alone: a forgotten password is lost data, now', async () => {
    const { vault } = await vaultOf(password, false);
    const health = vaultHealth(vault);
    expect(health.ifPasswordForgotten).toBe('data-lost');
    expect(health.recoveryKeyProved).toBe('no-recovery-key');
    expect(health.advice).toEqual([
      {
        code: 'forgotten-password-loses-data',
        severity: 'urgent',
        action: 'replaceRecoveryKey',
        sentence: expect.any(String),
      },
    ]);
  });

  it('… until the advice was taken', async () => {
    const { store, vault } = await vaultOf(password, false);
    const { vault: next, recoveryKey } = await replaceRecoveryKey(store, vault);
    expect(codesOf(vaultHealth(next))).toEqual(['recovery-key-never-proved']);
    const proved = await proveRecoveryKey(store, next, recoveryKey);
    expect(codesOf(vaultHealth(proved))).toEqual(['all-good']);
  });

  it('password and a passkey: a thin hope', async () => {
    const { store, vault } = await vaultOf(password, false);
    const health = vaultHealth(await addSecret(store, vault, SECRET));
    expect(health.ifPasswordForgotten).toBe('passkey-or-device');
    expect(codesOf(health)).toEqual(['no-recovery-key-but-devices']);
  });

  it('recovery key and a passkey: nothing that could be forgotten', async () => {
    const { store, vault, recoveryKey } = await vaultOf(bySecret(SECRET));
    const proved = await proveRecoveryKey(store, vault, recoveryKey as string);
    const health = vaultHealth(proved);
    expect(health.ifPasswordForgotten).toBe('no-password');
    expect(health.passwordCosts).toBeNull();
    expect(codesOf(health)).toEqual(['no-password']);
  });

  it('password and what a later version made: it cannot be told', async () => {
    const { vault } = await vaultOf(password, false);
    const other = await withSlots(vault, password, (slots) => [...slots, newerSlot]);
    const health = vaultHealth(other);
    expect(health.waysIn.unknown).toEqual(['CQkJCQkJCQk']);
    expect(health.ifPasswordForgotten).toBe('newer-way');
    expect(codesOf(health)).toEqual(['no-recovery-key-but-newer-way', 'compare-fingerprints']);
  });

  it('a passkey and what a later version made', async () => {
    const { vault } = await vaultOf(bySecret(SECRET));
    const other = await withSlots(vault, bySecret(SECRET), (slots) => [
      ...slots.filter(({ content }) => content?.type === 'secret'),
      newerSlot,
    ]);
    const health = vaultHealth(other);
    expect(health.ifPasswordForgotten).toBe('no-password');
    expect(codesOf(health)).toEqual(['no-recovery-key-but-devices', 'compare-fingerprints']);
  });

  it('are those of the snapshot that is asked about', async () => {
    const { store, vault } = await vaultOf(password, false);
    const next = await addSecret(store, vault, SECRET);
    const slot = next.slots.find(({ type }) => type === 'secret');
    const last = await removeSlot(store, next, slot?.id as string);
    const states = [vault, next, last].map((each) => vaultHealth(each).ifPasswordForgotten);
    expect(states).toEqual(['data-lost', 'passkey-or-device', 'data-lost']);
  });
});

describe('the recovery key', () => {
  it('was never proved in a new vault, and is not after it was replaced', async () => {
    const { store, vault } = await provedVault();
    const { vault: replaced } = await replaceRecoveryKey(store, vault);
    for (const each of [(await vaultOf()).vault, replaced]) {
      const health = vaultHealth(each);
      expect([health.recoveryKeyProved, health.recoveryKeyProvedAt]).toEqual(['never', null]);
      expect(codesOf(health)).toEqual(['recovery-key-never-proved']);
    }
  });

  it('was proved lately for 365 days', async () => {
    const { vault } = await provedVault();
    const { recoveryKeyProvedAt } = vaultHealth(vault);
    const at = recoveryKeyProvedAt as number;
    expect(Math.abs(Date.now() - at)).toBeLessThan(DAY);
    const stateAt = (now: number) => vaultHealth(vault, { now }).recoveryKeyProved;
    expect(stateAt(at)).toBe('lately');
    expect(stateAt(at + 365 * DAY)).toBe('lately');
    expect(stateAt(at + 365 * DAY + 1)).toBe('long-ago');
    expect(codesOf(vaultHealth(vault, { now: at + 366 * DAY }))).toEqual([
      'recovery-key-proved-long-ago',
    ]);
  });

  it('is not proved by a clock that is ahead', async () => {
    const { vault } = await provedVault();
    const at = vaultHealth(vault).recoveryKeyProvedAt as number;
    expect(vaultHealth(vault, { now: at - DAY }).recoveryKeyProved).toBe('lately');
    expect(vaultHealth(vault, { now: at - DAY - 1 }).recoveryKeyProved).toBe('long-ago');
  });
});

describe('the password', () => {
  const costsOf = async (memoryKiB: number, passes: number) => {
    const { vault } = await provedVault();
    const other = await withSlots(vault, password, (slots) => slots);
    expect(vaultHealth(other).passwordCosts).toEqual({
      memoryKiB: 64 * 1024,
      passes: 3,
      lanes: 1,
      isBelowPolicy: false,
    });
    const opener = {
      ...(password as object),
      costs: { memoryKiB, passes, lanes: 1 },
    } as VaultOpener;
    const made = await createVault(memoryStore(), opener);
    return vaultHealth(made.vault);
  };

  it.each([
    [19 * 1024, 2],
    [32 * 1024, 6],
    [64 * 1024, 2],
  ])('of %i KiB and %i passes is to be set again', async (memoryKiB, passes) => {
    const health = await costsOf(memoryKiB, passes);
    expect(health.passwordCosts).toEqual({ memoryKiB, passes, lanes: 1, isBelowPolicy: true });
    expect(codesOf(health)).toContain('password-costs-low');
  });

  it.each([
    [64 * 1024, 3],
    [128 * 1024, 2],
  ])('of %i KiB and %i passes is not', async (memoryKiB, passes) => {
    const health = await costsOf(memoryKiB, passes);
    expect(health.passwordCosts).toMatchObject({ isBelowPolicy: false });
    expect(codesOf(health)).not.toContain('password-costs-low');
  });
});

describe('the keys', () => {
  it('are counted by what became of them, with the room that is left', async () => {
    const { store, vault } = await provedVault();
    const rotated = await rotateDataKey(store, vault);
    const { vault: next } = await rekeyVault(store, rotated, { keep: [password] });
    expect(vaultHealth(vault).keys).toEqual({
      primary: vault.keys[0]?.id,
      rotated: 0,
      revoked: 0,
      recalled: 0,
      room: 255,
    });
    expect(vaultHealth(rotated).keys).toMatchObject({ rotated: 1, revoked: 0, room: 254 });
    // One earlier vault key too.
    expect(vaultHealth(next).keys).toEqual({
      primary: next.keys[0]?.id,
      rotated: 0,
      revoked: 2,
      recalled: 0,
      room: 252,
    });
  });

  it('that are recalled take no room', async () => {
    const { store, vault } = await provedVault();
    const rotated = await rotateDataKey(store, vault);
    const { vault: lean } = await dropRetiredKeys(store, rotated, {
      closeKeys: async (prefixes) => prefixes.map((prefix) => ({ prefix, payloads: 0 })),
    });
    expect(codesOf(vaultHealth(lean))).toEqual(['all-good']);
    const recalled = recallKeys(lean, vault.header);
    expect(vaultHealth(recalled).keys).toMatchObject({ rotated: 0, recalled: 1, room: 255 });
    expect(codesOf(vaultHealth(recalled))).toEqual(['key-use-unknown']);
  });

  it('are not to be changed much oftener once there is room for fewer than 16', async () => {
    const { vault } = await provedVault();
    const withKeys = async (count: number) => {
      const deks = Array.from({ length: count }, () => crypto.getRandomValues(new Uint8Array(32)));
      const { header, vaultKey } = revealSecrets(vault);
      const keyset = keysetWith(header.text, deks);
      return openVault(memoryStore(forge(header.text, vaultKey, { keyset })), password);
    };
    const enough = vaultHealth(await withKeys(240));
    expect(enough.keys.room).toBe(16);
    expect(codesOf(enough)).not.toContain('few-keys-left');
    const few = vaultHealth(await withKeys(241));
    expect(few.keys.room).toBe(15);
    expect(codesOf(few)).toContain('few-keys-left');
  });
});

describe('the rows', () => {
  const setUp = async () => {
    const { store, vault: first } = await provedVault();
    const rowOf = (vault: Vault, id: string) => encryptRow(vault, notes, { id, body: 'hello' });
    const second = await rotateDataKey(store, first);
    return { store, first, second, rowOf };
  };

  it('are counted by what became of their keys', async () => {
    const { store, first, second, rowOf } = await setUp();
    const rows = [rowOf(first, 'a'), rowOf(first, 'b'), rowOf(second, 'c')];
    const health = vaultHealth(second, { keyUse: countKeyUse(rows) });
    expect(health.rows).toEqual({
      underPrimary: 1,
      underRotated: 2,
      underRevoked: 0,
      underRecalled: 0,
      underUnknown: 0,
      notEncrypted: 0,
    });
    expect(codesOf(health)).toEqual(['rows-under-rotated-keys']);

    const { vault: third, recoveryKey } = await rekeyVault(store, second, { keep: [password] });
    const proved = await proveRecoveryKey(store, third, recoveryKey);
    const after = vaultHealth(proved, { keyUse: countKeyUse(rows) });
    expect(after.rows).toMatchObject({ underPrimary: 0, underRotated: 0, underRevoked: 3 });
    expect(codesOf(after)).toEqual(['rows-under-revoked-keys']);
    const done = countKeyUse([rowOf(proved, 'a')]);
    expect(codesOf(vaultHealth(proved, { keyUse: done }))).toEqual(['retired-keys-unused']);
    expect(codesOf(vaultHealth(proved))).toEqual(['key-use-unknown']);
  });

  it('may be under keys that this vault does not hold, or gave up, or under none', async () => {
    const { store, first, second, rowOf } = await setUp();
    const newer = rowOf(second, 'a');
    const older = rowOf(first, 'b');
    const none = { payload: 'plaintext' };
    const behind = vaultHealth(first, { keyUse: countKeyUse([newer, none]) });
    expect(behind.rows).toMatchObject({ underUnknown: 1, notEncrypted: 1 });
    expect(codesOf(behind)).toEqual(['rows-not-encrypted', 'rows-under-unknown-keys']);
    const caughtUp = await refreshVault(store, first);
    expect(vaultHealth(caughtUp, { keyUse: countKeyUse([newer]) }).rows?.underPrimary).toBe(1);

    const { vault: lean } = await dropRetiredKeys(store, second, {
      closeKeys: async (prefixes) => prefixes.map((prefix) => ({ prefix, payloads: 0 })),
    });
    const keyUse = countKeyUse([older]);
    expect(codesOf(vaultHealth(lean, { keyUse }))).toEqual(['rows-under-unknown-keys']);
    const recalled = vaultHealth(recallKeys(lean, first.header), { keyUse });
    expect(recalled.rows).toMatchObject({ underUnknown: 0, underRecalled: 1 });
    expect(codesOf(recalled)).toEqual(['rows-under-recalled-keys']);
  });

  it('of several tables are added up', async () => {
    const { first, second, rowOf } = await setUp();
    const [one, other] = [countKeyUse([rowOf(first, 'a')]), countKeyUse([rowOf(first, 'b')])];
    const health = vaultHealth(second, { keyUse: [...one, ...other] });
    expect(health.rows?.underRotated).toBe(2);
  });

  it('are nothing to speak of where there are none', async () => {
    const { vault } = await provedVault();
    const health = vaultHealth(vault, { keyUse: [] });
    expect(health.rows).toMatchObject({ underPrimary: 0, underUnknown: 0 });
    expect(codesOf(health)).toEqual(['all-good']);
  });
});

describe('the advice', () => {
  it('stands in the order of its urgency, and counts', async () => {
    const { store, vault } = await vaultOf(password, false);
    const next = await rotateDataKey(store, vault);
    const use = (keyId: string | null | undefined, payloads: number) =>
      ({ keyId, payloads }) as KeyUse;
    const [primary, rotated] = next.keys.map(({ id }) => id);
    const keyUse = [use(primary, 5), use(rotated, 2), use('AAAA', 1), use(null, 1)];
    const { advice } = vaultHealth(next, { keyUse });
    expect(advice.map(({ severity }) => severity)).toEqual(['urgent', 'soon', 'soon', 'hint']);
    expect(advice[1]?.sentence).toMatch(/^One entry on the server is not encrypted/);
    expect(advice[2]?.sentence).toMatch(/^One entry is locked with a key/);
    expect(advice[3]?.sentence).toMatch(/^2 entries are still locked with an earlier key\. They/);
    const more = vaultHealth(next, { keyUse: [use(rotated, 1), use('AAAA', 2), use(null, 3)] });
    expect(more.advice.slice(1).map(({ sentence }) => sentence.slice(0, 20))).toEqual([
      '3 entries on the ser',
      '2 entries are locked',
      'One entry is still l',
    ]);
  });

  it('of a revoked key says how many may be read by somebody else', async () => {
    const world = await createWorld();
    const opener = byPassword(world.password, { kdf: world.kdf });
    const { vault } = await rekeyVault(world.store, world.vault, { keep: [opener] });
    const said = [1, 4].map((payloads) => {
      const keyUse = [{ keyId: vault.keys[1]?.id as string, payloads }];
      return vaultHealth(vault, { keyUse }).advice[0]?.sentence;
    });
    expect(said[0]).toMatch(/^One entry is .* Let the app move it to/);
    expect(said[1]).toMatch(/^4 entries are .* Let the app move them to/);
  });

  it('is to compare fingerprints on a device that saw the vault for the first time', async () => {
    const world = await createWorld();
    const there = await openFresh(world);
    expect(vaultHealth(there).freshness).toBe('first-use');
    expect(codesOf(vaultHealth(there))).toContain('compare-fingerprints');
    expect(codesOf(vaultHealth(world.vault))).not.toContain('compare-fingerprints');
  });
});

it('is the same of a locked vault', async () => {
  const { store, vault } = await provedVault();
  const next = await rotateDataKey(store, vault);
  const options = {
    keyUse: [{ keyId: vault.keys[0]?.id as string, payloads: 3 }],
    now: Date.now(),
  };
  const open = vaultHealth(next, options);
  lockVault(next);
  expect(vaultHealth(next, options)).toEqual(open);
});

it('is frozen, all of it', async () => {
  const { vault } = await provedVault();
  const frozen = (value: unknown): boolean =>
    Object(value) !== value ||
    (Object.isFrozen(value) && Object.values(value as object).every(frozen));
  expect(frozen(vaultHealth(vault, { keyUse: [] }))).toBe(true);
});

it('holds no secret', async () => {
  const { store, vault, recoveryKey } = await vaultOf();
  const { vaultKey } = revealSecrets(await proveRecoveryKey(store, vault, recoveryKey as string));
  const text = JSON.stringify(vaultHealth(vault));
  expect(text).not.toContain(recoveryKey);
  expect(text).not.toContain(Buffer.from(vaultKey).toString('base64url'));
});

it('is the same for the recovery key that opens it, and for the header that says so', async () => {
  const { store, vault, recoveryKey } = await vaultOf();
  await proveRecoveryKey(store, vault, recoveryKey as string);
  const there = await openVault(
    memoryStore(await headerOf(store)),
    byRecoveryKey(recoveryKey as string),
  );
  expect(vaultHealth(there).recoveryKeyProved).toBe('lately');
  expect(parseHeader(there.header).extensions).toHaveLength(1);
});

async function headerOf(store: ReturnType<typeof memoryStore>): Promise<string> {
  return (await store.loadHeader()) as string;
}

describe('a mistake in the call', () => {
  it.each<readonly [string, unknown]>([
    ['counts that are no list', { a: 1 }],
    ['counts as text, as databases return them', [{ keyId: 'AAAA', payloads: '3' }]],
    ['counts below nothing', [{ keyId: 'AAAA', payloads: -1 }]],
    ['counts of no key', [{ payloads: 1 }]],
    ['counts that are nothing', [null]],
  ])('%s', async (_, keyUse) => {
    const { vault } = await vaultOf();
    expect(() => vaultHealth(vault, { keyUse: keyUse as KeyUse[] })).toThrow(TypeError);
  });

  it('a time that is none, a vault that is none', async () => {
    const { vault } = await vaultOf();
    expect(() => vaultHealth(vault, { now: Number.NaN })).toThrow(TypeError);
    expect(() => vaultHealth({ ...vault })).toThrow(TypeError);
  });
});
