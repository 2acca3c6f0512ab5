/** Devices that change one vault header at the same moment, each over a connection of its own. */
import { randomUUID } from 'node:crypto';
import {
  bySecret,
  createVault,
  memoryStore,
  openVault,
  rotateDataKey,
  type VaultStore,
} from 'rowseal';
import { expect, it, onTestFinished } from 'vitest';
import type { Connections } from './connections.js';
import { storeHeader } from './store-header.js';
import { VAULTS } from './tables.js';

const DEVICES = 8;
const secret = crypto.getRandomValues(new Uint8Array(32));

export function describeVaultFunction(poolOf: () => Connections): void {
  it('lets one of several devices make the vault, and tells the others', async () => {
    const { storeOfDevice, stored, row, answers } = newUser(poolOf());
    const beAtOnce = meeting(DEVICES);
    const made = await Promise.allSettled(
      devices().map(() => createVault(storeOfDevice(beAtOnce), bySecret(secret))),
    );
    const winners = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(winners.map(({ vault }) => vault.header)).toEqual([await stored()]);
    expect(codesOf(made)).toEqual(Array(DEVICES - 1).fill('HEADER_CONFLICT'));
    expect(answers).toEqual(Array(DEVICES).fill((await row())?.hash));
  });

  it('lets one of several devices change it, and tells the others', async () => {
    const { storeOfDevice, stored, row, answers } = newUser(poolOf());
    await createVault(storeOfDevice(), bySecret(secret));
    answers.length = 0;
    const beAtOnce = meeting(DEVICES);
    const opened = await Promise.all(
      devices().map(async () => {
        const store = storeOfDevice(beAtOnce);
        return { store, vault: await openVault(store, bySecret(secret)) };
      }),
    );
    const changed = await Promise.allSettled(
      opened.map(({ store, vault }) => rotateDataKey(store, vault)),
    );
    const winners = changed.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(winners.map(({ header }) => header)).toEqual([await stored()]);
    expect(codesOf(changed)).toEqual(Array(DEVICES - 1).fill('HEADER_CONFLICT'));
    expect(answers).toEqual(Array(DEVICES).fill((await row())?.hash));
  });
}

function newUser(pool: Connections) {
  const owner = `test-${randomUUID()}`;
  onTestFinished(async () => {
    await pool.query(`DELETE FROM ${VAULTS} WHERE id = $1`, [owner]);
  });
  const query = async (sql: string, params: readonly unknown[]) =>
    (await pool.query(sql, [...params])).rows;
  const row = async () => (await query(`SELECT * FROM ${VAULTS} WHERE id = $1`, [owner]))[0];
  const stored = async (): Promise<string> => String((await row())?.header ?? '');
  const answers: unknown[] = [];
  const storeOfDevice = (beforeSave = async () => {}): VaultStore => ({
    ...memoryStore(), // whose pin is this device's
    loadHeader: stored,
    async saveHeader(change) {
      await beforeSave();
      answers.push((await storeHeader(query, owner, change))?.hash);
    },
  });
  return { storeOfDevice, stored, answers, row };
}

/** Resolves for all once as many have come. */
function meeting(size: number): () => Promise<void> {
  let open = () => {};
  const isFull = new Promise<void>((resolve) => {
    open = resolve;
  });
  let come = 0;
  return () => {
    come += 1;
    if (come === size) open();
    return isFull;
  };
}

function devices(): number[] {
  return [...Array(DEVICES).keys()];
}

function codesOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
}
