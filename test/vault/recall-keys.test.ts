import { describe, expect, it } from 'vitest';
import {
  decryptRow,
  decryptRowDetails,
  dropRetiredKeys,
  encryptRow,
  lockVault,
  openVault,
  recallKeys,
  reencryptRow,
  refreshVault,
  rekeyVault,
  rotateDataKey,
} from '../../src/index.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { bytesOf, forge, stolenKey, textOf } from '../support/header-surgeon.js';
import { createWorld, diary, ROW, type World } from '../support/world.js';
import { noneLeft } from './closed-keys.js';
import { quick } from './users.js';

const retired = expect.objectContaining({ code: 'KEY_RETIRED' });
const unknown = expect.objectContaining({ code: 'UNKNOWN_KEY' });
const ACCEPTED = { acceptRetired: true } as const;

/** A vault that dropped its first key, which the header of before still holds. */
async function dropped(world: World) {
  const rotated = await rotateDataKey(world.store, world.vault);
  const { vault } = await dropRetiredKeys(world.store, rotated, { closeKeys: noneLeft });
  return { vault, rotated };
}

const statuses = ({ keys }: { keys: readonly { status: string }[] }) =>
  keys.map(({ status }) => status);

describe('recallKeys', () => {
  it('opens a row under a dropped key, whatever its stamp, once that is accepted', async () => {
    const world = await createWorld();
    const { vault } = await dropped(world);
    expect(() => decryptRow(vault, diary, world.sealed)).toThrow(unknown);

    const recalled = recallKeys(vault, world.header);

    expect(recalled).toMatchObject({ header: vault.header, freshness: vault.freshness });
    expect(recalled.keys[1]).toEqual({
      id: world.vault.keys[0]?.id,
      status: 'recalled',
      retiredAt: null,
    });
    expect(() => decryptRow(recalled, diary, world.sealed)).toThrow(retired);
    expect(decryptRow(recalled, diary, world.sealed, ACCEPTED)).toEqual(ROW);
    const { findings } = decryptRowDetails(recalled, diary, world.sealed, ACCEPTED);
    expect(findings).toContainEqual({ code: 'retired-key' });
    const again = reencryptRow(recalled, diary, world.sealed, ACCEPTED);
    expect(decryptRow(vault, diary, again)).toEqual(ROW);
    expect(() => decryptRow(vault, diary, world.sealed)).toThrow(unknown); // the snapshot it came from
  });

  it('keeps the moment at which a key stopped being primary', async () => {
    const world = await createWorld();
    const { vault, rotated } = await dropped(world);
    expect(recallKeys(vault, rotated.header).keys[1]).toEqual({
      ...rotated.keys[1],
      status: 'recalled',
    });
  });

  it('returns the same snapshot when nothing is missing', async () => {
    const world = await createWorld();
    const { vault } = await dropped(world);
    expect(recallKeys(vault, vault.header)).toBe(vault);
    const recalled = recallKeys(vault, world.header);
    expect(recallKeys(recalled, world.header)).toBe(recalled);
  });

  it('opens an earlier header through an earlier vault key', async () => {
    const world = await createWorld();
    const { vault: rekeyed } = await rekeyVault(world.store, world.vault, { keep: [quick()] });
    const { vault } = await dropRetiredKeys(world.store, rekeyed, { closeKeys: noneLeft });
    const recalled = recallKeys(vault, world.header);
    expect(statuses(recalled)).toEqual(['primary', 'recalled']);
    expect(decryptRow(recalled, diary, world.sealed, ACCEPTED)).toEqual(ROW);
  });

  it('writes recalled keys into no header, and the snapshots that follow go on holding them', async () => {
    const world = await createWorld();
    const { store } = world;
    const { vault } = await dropped(world);
    const recalled = recallKeys(vault, world.header);
    const rotated = await rotateDataKey(store, recalled);
    const { vault: rekeyed } = await rekeyVault(store, rotated, { keep: [quick()] });
    expect(statuses(rotated)).toEqual(['primary', 'rotated', 'recalled']);
    expect(statuses(rekeyed)).toEqual(['primary', 'revoked', 'revoked', 'recalled']);
    expect(decryptRow(rekeyed, diary, world.sealed, ACCEPTED)).toEqual(ROW);
    const fresh = await openVault(store.otherDevice(), quick());
    expect(statuses(fresh)).toEqual(['primary', 'revoked', 'revoked']);
    expect(() => decryptRow(fresh, diary, world.sealed)).toThrow(unknown);
  });

  it('holds them across a refresh, and gives way to a header that has the key', async () => {
    const world = await createWorld();
    const { store } = world;
    const { vault } = await dropped(world);
    const recalled = recallKeys(vault, world.header);
    await rotateDataKey(store, await openVault(store, quick()));
    const next = await refreshVault(store, recalled);
    expect(statuses(next)).toEqual(['primary', 'rotated', 'recalled']);
    const newest = await openVault(store, quick());
    const ahead = recallKeys(recalled, newest.header);
    expect(statuses(ahead)).toEqual(['primary', 'recalled', 'recalled']);
    expect(statuses(await refreshVault(store, ahead))).toEqual(['primary', 'rotated', 'recalled']);
  });

  it('is wiped by lockVault on any snapshot, and refuses a locked vault', async () => {
    const world = await createWorld();
    const { vault } = await dropped(world);
    const recalled = recallKeys(vault, world.header);
    const held = revealSecrets(recalled).dataKeys[1];
    lockVault(vault);
    expect([...(held?.dek ?? [1]), ...(held?.rowKey ?? [1])].every((byte) => byte === 0)).toBe(
      true,
    );
    expect(() => recallKeys(vault, world.header)).toThrow(
      expect.objectContaining({ code: 'LOCKED' }),
    );
  });

  it('keeps nothing of a header from which it took nothing', async () => {
    const { vault, header } = await createWorld();
    const { keyMaterial } = revealSecrets(vault).opening;
    const before = keyMaterial.size;
    recallKeys(vault, header);
    expect(keyMaterial.size).toBe(before);
  });

  it.each<[string, string, (world: World) => string | Promise<string>]>([
    ['no base64url', 'HEADER_MALFORMED', () => '?'],
    ['too much', 'LIMIT_EXCEEDED', () => 'A'.repeat(90_000)],
    [
      'one of a later version',
      'UNSUPPORTED_VERSION',
      ({ header }) => textOf([6, ...bytesOf(header).slice(1)]),
    ],
    ["another user's", 'VAULT_MISMATCH', async () => (await createWorld()).header],
    [
      'one with another MAC',
      'HEADER_TAMPERED',
      ({ header }) =>
        textOf(bytesOf(header).map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte))),
    ],
    [
      'one with a keyset that breaks the rules',
      'HEADER_TAMPERED',
      ({ header, vault }) =>
        forge(header, stolenKey(vault), { keyset: Uint8Array.of(3, 0, 0, 0, 0) }),
    ],
    [
      'one under a vault key of later',
      'UNLOCK_FAILED',
      async ({ store, vault }) =>
        (await rekeyVault(store, vault, { keep: [quick()] })).vault.header,
    ],
  ])('refuses %s: %s', async (_, code, headerOf) => {
    const world = await createWorld();
    const text = await headerOf(world);
    expect(() => recallKeys(world.vault, text)).toThrow(expect.objectContaining({ code }));
    expect(decryptRow(world.vault, diary, encryptRow(world.vault, diary, ROW))).toEqual(ROW);
  });

  it('refuses what is no text and no vault', async () => {
    const { vault, header } = await createWorld();
    expect(() => recallKeys(vault, null as never)).toThrow(TypeError);
    expect(() => recallKeys({ ...vault }, header)).toThrow(TypeError);
  });
});
