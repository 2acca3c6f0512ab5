/**
 * What the tests of an app need: vaults without Argon2id, a keeper in memory, and the contract that
 * a keeper of your own must meet. Never for production.
 *
 * @packageDocumentation
 */

export { type ContractCase, keeperContract } from './keeper-contract.js';
export { memoryKeeper } from './memory-keeper.js';
export { type VaultForTesting, vaultForTesting } from './vault-for-testing.js';
