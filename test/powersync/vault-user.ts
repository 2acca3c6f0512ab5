/** A user with a vault that goes through PowerSync, and what happens to both. */
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { createVault, RowsealError, type Vault } from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { until } from '../support/synced-devices.js';
import { connectedVaultDevice, type VaultDevice, vaultServer } from '../support/vault-devices.js';
import { quick } from '../vault/users.js';

export const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
export const NEXT = 'what the password becomes';

/** What a call throws: its code, and its own words. */
export async function refusal(call: Promise<unknown>): Promise<RowsealError> {
  const error = await call.then(
    () => new Error('It was not refused.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RowsealError)) throw error;
  return error;
}

export function changeTo(next: string, current = quick()) {
  return { current, next, kdf: fastKdf() };
}

/** A server and a device whose user has just created the vault. */
export async function newVault() {
  const server = await vaultServer();
  const laptop = await connectedVaultDevice(server, 'laptop');
  const { vault, recoveryKey } = await createVault(laptop.store, quick());
  return { server, laptop, vault, recoveryKey };
}

/** Waits until a device has what another one stored. */
export function untilHere({ store }: VaultDevice, vault: Vault, header: string): Promise<Vault> {
  return until(async () => {
    const next = await store.refresh(vault);
    if (next.header !== header) throw new Error(`There is still epoch ${next.epoch}.`);
    return next;
  });
}

/** The header that the server has. */
export async function stored(server: SyncServer): Promise<string> {
  const [row] = await server.query('SELECT header FROM rowseal_vaults');
  return String(row?.header);
}
