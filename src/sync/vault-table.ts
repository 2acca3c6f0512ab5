/** The name of the server's table of vault headers, and of what sync brings of it. */
export const VAULT_TABLE = 'rowseal_vaults';
