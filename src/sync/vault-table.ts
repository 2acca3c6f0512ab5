/** The name of the synced table of vault headers, on the device and on the server. */
export const VAULT_TABLE = 'rowseal_vaults';
