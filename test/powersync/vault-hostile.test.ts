/** A server that does harm with the vault's header, over the wire. */

import { expect, it } from 'vitest';
import {
  adoptHeader,
  createVault,
  decryptRow,
  encryptRow,
  memoryStore,
  openVault,
  pinOf,
  type RowsealError,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { versionOf } from '../../src/keys/vault-store.js';
import { bytesOf, textOf } from '../support/header-surgeon.js';
import { until } from '../support/synced-devices.js';
import { connectedVaultDevice, diary, VAULTS, vaultServer } from '../support/vault-devices.js';
import { quick } from '../vault/users.js';

/** A vault at epoch 2 that a laptop has open, and what a hostile server can show it. */
async function openedVault() {
  const server = await vaultServer();
  await server.dropChecks();
  const laptop = await connectedVaultDevice(server, 'laptop');
  const { vault: first } = await createVault(laptop.store, quick());
  const vault = await rotateDataKey(laptop.store, first);
  const { store } = laptop;
  /** Waits until the device has been shown these columns. */
  const show = async (columns: Readonly<Record<string, unknown>>) => {
    await server.setColumns(VAULTS, 'ada', columns);
    const { header = null } = columns;
    await until(async () => expect((await store.loadHeader()) ?? null).toEqual(header));
  };
  return { server, laptop, store, first, vault, show };
}

/** As a row of the table of vaults. */
function rowOf(header: string) {
  return { ...versionOf(parseHeader(header)), header };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    ({ code }: RowsealError) => code,
  );
}

/** The header that another device would have made of the first one. */
async function forkOf(first: Vault): Promise<Vault> {
  const store = memoryStore(first.header);
  return rotateDataKey(store, await openVault(store, quick()));
}

it('leads nobody back, splits nobody off and damages nothing', async () => {
  const { store, vault, first, show } = await openedVault();
  const pin = pinOf(vault);
  const { vault: foreign } = await createVault(memoryStore(), quick());
  const flipped = bytesOf(vault.header);
  flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1;
  const shown: readonly [object & { readonly header: unknown }, string][] = [
    [rowOf(first.header), 'HEADER_ROLLBACK'],
    [{ ...rowOf(first.header), epoch: 3 }, 'HEADER_ROLLBACK'],
    [{ ...rowOf(first.header), hash: rowOf(vault.header).hash }, 'HEADER_ROLLBACK'],
    [rowOf((await forkOf(first)).header), 'HEADER_CONFLICT'],
    [rowOf(foreign.header), 'VAULT_MISMATCH'],
    [rowOf(textOf(flipped)), 'HEADER_TAMPERED'],
    [{ epoch: 3, hash: 'x', header: 'plaintext' }, 'HEADER_MALFORMED'],
    [{ epoch: 3, hash: 'x', header: 'A'.repeat(100_000) }, 'LIMIT_EXCEEDED'],
    [{ epoch: 3, hash: 'x', header: '' }, 'VAULT_MISSING'],
  ];
  for (const [columns, code] of shown) {
    await show({ ...columns });
    expect(await codeOf(openVault(store, quick()))).toBe(code);
    expect(await codeOf(store.refresh(vault))).toBe(code);
    expect(await store.loadPin()).toBe(pin);
    expect((await openVault(store, quick(), { offline: true })).header).toBe(vault.header);
  }
  await show(rowOf(vault.header));
  expect(await store.refresh(vault)).toBe(vault);
});

it('takes the header away, and gives nobody a new vault by that', async () => {
  const { server, store, vault } = await openedVault();
  await server.dropRow(VAULTS, 'ada');
  await until(async () => expect(await codeOf(store.refresh(vault))).toBe('VAULT_MISSING'));
  expect(await codeOf(openVault(store, quick()))).toBe('VAULT_MISSING');
  expect(await codeOf(createVault(store, quick()))).toBe('HEADER_CONFLICT');
  expect((await openVault(store, quick(), { offline: true })).header).toBe(vault.header);
});

it('sends what is no row at all', async () => {
  const { server, store, vault } = await openedVault();
  const forged = { object_type: VAULTS, object_id: 'ada' };
  for (const data of ['no JSON', '[]', '"text"', '{"header":{"a":1}}', '{"header":7}', '7']) {
    await server.forge(VAULTS, 'ada', { ...forged, data });
    await until(async () => {
      expect(await codeOf(openVault(store, quick()))).not.toBe('done');
    });
    expect(await codeOf(store.refresh(vault))).toMatch(/^(VAULT_MISSING|HEADER_MALFORMED)$/);
    await server.forge(VAULTS, 'ada', { ...forged, data: JSON.stringify(rowOf(vault.header)) });
    await until(() => openVault(store, quick()));
  }
});

it('forks two devices: each is told, and the user brings them together without a loss', async () => {
  const { server, store, vault, show } = await openedVault();
  const row = encryptRow(vault, diary, { id: 'd1', body: 'of both' });
  const ours = await rotateDataKey(store, vault);
  const onlyHere = encryptRow(ours, diary, { id: 'd2', body: 'of the laptop' });
  const theirs = await forkOf(vault);
  const onlyThere = encryptRow(theirs, diary, { id: 'd3', body: 'of the phone' });
  await show(rowOf(theirs.header));
  expect(await codeOf(store.refresh(ours))).toBe('HEADER_CONFLICT');
  expect(await codeOf(rotateDataKey(store, ours))).toBe('HEADER_CONFLICT');
  const { vault: adopted, addedKeys } = await adoptHeader(store, quick());
  expect(addedKeys).toEqual([ours.keys[0]?.id]);
  const phone = await connectedVaultDevice(server, 'phone');
  await until(async () => expect(await phone.store.loadHeader()).toBe(adopted.header));
  for (const opened of [
    adopted,
    await openVault(phone.store, quick()),
    await store.refresh(ours),
  ]) {
    expect(opened.header).toBe(adopted.header);
    for (const each of [row, onlyHere, onlyThere])
      expect(decryptRow(opened, diary, each).id).toBe(each.id);
  }
});

it('B08: says that it stored, and shows that to this device alone', async () => {
  const { server, laptop, store, vault, show } = await openedVault();
  const before = rowOf(vault.header);
  laptop.through = (save) => async (change) => {
    const answer = await save(change);
    await until(async () => expect(await store.refresh(vault).then(({ epoch }) => epoch)).toBe(3));
    return answer;
  };
  const next = await rotateDataKey(store, vault);
  // It shows the old header again: the device remembers, and can put the newer one back.
  await show(before);
  expect(await codeOf(openVault(store, quick()))).toBe('HEADER_ROLLBACK');
  await server.setColumns(VAULTS, 'ada', rowOf(next.header));
  expect((await until(() => openVault(store, quick()))).header).toBe(next.header);
});
