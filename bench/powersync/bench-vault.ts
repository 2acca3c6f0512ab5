/** The vault of the benchmark: the same keys in the server's process and in each device's. */
import { memoryStore, openVault, type Vault } from '../../dist/index.js';
import { vaultForTesting } from '../../dist/testing/testing.js';

export function openBenchVault(): Promise<Vault> {
  const { vault, opener } = vaultForTesting('powersync benchmark');
  return openVault(memoryStore(vault.header), opener);
}
