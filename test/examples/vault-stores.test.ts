import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileVaultStore } from '../../examples/stores/file-vault-store.js';
import { httpVaultStore } from '../../examples/stores/http-vault-store.js';
import { vaultServer } from '../../examples/stores/vault-server.js';
import {
  byPassword,
  createVault,
  type HeaderChange,
  memoryStore,
  restoreHeader,
  rotateDataKey,
  type VaultStore,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';

const server = vaultServer((authorization) => authorization || null);
let folder: string;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowseal-stores-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});

const stores: [string, (user: string, device: string) => VaultStore | Promise<VaultStore>][] = [
  ['fileVaultStore', (user, device) => fileVaultStore(join(folder, user), join(folder, device))],
  ['httpVaultStore', (user) => httpVaultStore(url, user, memoryStore())],
];

describe.each(stores)('%s', (_, open) => {
  it('has nothing at first', async () => {
    const store = await open('nobody', 'nobody-laptop');
    expect(await store.loadHeader()).toBeNull();
    expect(await store.loadPin()).toBeNull();
  });

  it('takes its header back once half of it is lost, or all that is newer', async () => {
    const store = await open('mia', 'mia-laptop');
    const { vault } = await createVault(store, byPassword('sesame', { kdf: fastKdf() }));
    const half = vault.header.slice(0, 200);
    await store.saveHeader(changeTo(half, 2, vault.header));
    expect(await store.loadHeader()).toBe(half);
    expect((await restoreHeader(store, vault)).found).toBe('damaged');
    expect(await store.loadHeader()).toBe(vault.header);
    const next = await rotateDataKey(store, vault);
    await store.saveHeader(changeTo(vault.header, 3, next.header)); // an operator, from a backup
    expect((await restoreHeader(store, next)).found).toBe('older');
    expect(await store.loadHeader()).toBe(next.header);
  });

  it('keeps one header of many that expect the same one', async () => {
    const devices = await Promise.all([1, 2, 3, 4].map((n) => open('ada', `ada-${n}`)));
    const [reader] = devices as [VaultStore];
    let before: string | null = null;
    for (let epoch = 1; epoch <= 10; epoch++) {
      const changes = devices.map((_, n) =>
        change(`header ${epoch} of device ${n}`, epoch, before),
      );
      const winners = await Promise.all(
        devices.map(async (store, n) => {
          await store.saveHeader(changes[n] as HeaderChange).catch(() => {});
          return (await store.loadHeader()) === changes[n]?.header;
        }),
      );
      expect(winners.filter(Boolean)).toHaveLength(1);
      const stored = await reader.loadHeader();
      expect(changes.map(({ header }) => header)).toContain(stored);
      for (const store of devices) expect(await store.loadHeader()).toBe(stored);
      before = stored as string;
    }
  });

  it('keeps what stands when another one is expected, or none', async () => {
    const store = await open('eve', 'eve-laptop');
    const first = change('first', 1, null);
    await store.saveHeader(first);
    await Promise.allSettled([store.saveHeader(change('second', 2, 'never stored'))]);
    await Promise.allSettled([store.saveHeader(change('other first', 1, null))]);
    expect(await store.loadHeader()).toBe(first.header);
  });

  it('starts over at epoch 1 when a vault is replaced', async () => {
    const store = await open('bob', 'bob-laptop');
    const old = change('old', 7, null);
    const next = change('next', 1, old.header);
    await store.saveHeader(old);
    await store.saveHeader(next);
    expect(await store.loadHeader()).toBe(next.header);
  });

  it('remembers the pin', async () => {
    const store = await open('ivo', 'ivo-laptop');
    await store.savePin('one');
    await store.savePin('two');
    expect(await store.loadPin()).toBe('two');
  });
});

it('httpVaultStore takes a failing server for no missing vault', async () => {
  const loggedOut = httpVaultStore(url, '', memoryStore());
  await expect(loggedOut.loadHeader()).rejects.toThrow('401');
  await expect(loggedOut.saveHeader(change('header', 1, null))).rejects.toThrow('401');
});

it('vaultServer outlives a request that is cut off, and refuses what is longer than a header', async () => {
  const controller = new AbortController();
  const half = new ReadableStream({
    start: (body) => body.enqueue(new TextEncoder().encode('AQ')),
  });
  const headers = { authorization: 'cut', 'if-none-match': '*' };
  const request = { method: 'PUT', headers, body: half, duplex: 'half', signal: controller.signal };
  const arrived = once(server, 'request');
  const cut = fetch(url, request as RequestInit).catch(() => 'cut');
  await arrived;
  controller.abort();
  expect(await cut).toBe('cut');
  const store = httpVaultStore(url, 'cut', memoryStore());
  expect(await store.loadHeader()).toBeNull();
  await expect(store.saveHeader(change('x'.repeat(70_000), 1, null))).rejects.toThrow('413');
});

/** Stores look at no header's inside, so any bytes do. */
function change(text: string, epoch: number, before: string | null): HeaderChange {
  return changeTo(Buffer.from(text).toString('base64url'), epoch, before);
}

function changeTo(header: string, epoch: number, before: string | null): HeaderChange {
  const expected = before === null ? null : { epoch: epoch - 1, hash: hashOf(before) };
  return { header, epoch, hash: hashOf(header), vaultId: 'a vault', expected };
}

function hashOf(header: string): string {
  return createHash('sha256').update(Buffer.from(header, 'base64url')).digest('base64url');
}
