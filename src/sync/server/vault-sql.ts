/**
 * The server's side of `powerSyncVaultStore`: one header per user, and the one way to replace it.
 *
 * A header is bound to its row by what is in it: the hash and the epoch by which devices compare and
 * swap are read from its bytes, so that no careless caller can store others.
 */
import { base64urlLength } from '../../bytes/base64url.js';
import { FORMAT_BYTE } from '../../bytes/format-bytes.js';
import { KEY_LENGTH } from '../../crypto/key-types.js';
import { HEADER_LENGTH_LIMIT, VAULT_ID_LENGTH } from '../../keys/vault-header.js';
import { VAULT_TABLE } from '../vault-table.js';

/** Postgres text of the table and the function; running it again replaces the latter. */
export function vaultSql(): string {
  // Four bytes, the greatest first.
  const epochAt = 1 + VAULT_ID_LENGTH + KEY_LENGTH;
  return `\
-- Whether a text is a vault header of this epoch and hash: base64url of its bytes, which begin with
-- format byte ${FORMAT_BYTE.vaultHeader}, and no other text of the same bytes.
CREATE OR REPLACE FUNCTION rowseal_is_header(header text, epoch bigint, hash text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN length(header) BETWEEN ${base64urlLength(epochAt + 4)} AND ${base64urlLength(HEADER_LENGTH_LIMIT)}
    AND length(header) % 4 <> 1
    AND header COLLATE "C" ~ '^[A-Za-z0-9_-]*$'
  THEN (
    SELECT get_byte(bytes, 0) = ${FORMAT_BYTE.vaultHeader}
      AND (get_byte(bytes, ${epochAt})::bigint << 24) + (get_byte(bytes, ${epochAt + 1}) << 16)
        + (get_byte(bytes, ${epochAt + 2}) << 8) + get_byte(bytes, ${epochAt + 3}) = epoch
      AND translate(encode(sha256(bytes), 'base64'), '+/=', '-_') = hash
      AND translate(encode(bytes, 'base64'), E'+/=\\n', '-_') = header
    FROM decode(rpad(translate(header, '-_', '+/'), (length(header) + 3) / 4 * 4, '='), 'base64') AS bytes
  )
  ELSE false
END;

-- One row per user, whose id is what the token has as sub. The header is public: the server may see
-- it, and only keeps it. Write it through rowseal_save_vault and nothing else.
CREATE TABLE IF NOT EXISTS ${VAULT_TABLE} (
  id text PRIMARY KEY CHECK (id <> ''),
  epoch bigint NOT NULL,
  hash text NOT NULL,
  header text NOT NULL,
  CHECK (rowseal_is_header(header, epoch, hash))
);

-- Stores a header in place of the expected one, or where none is expected the first one, and returns
-- the row that is stored then, whoever wrote it. Calling it again with the same values changes nothing.
-- The owner is the user who is logged in, never what a request says. Nobody may call it until you grant
-- it to your server's role.
CREATE OR REPLACE FUNCTION rowseal_save_vault(
  owner text, header text, epoch bigint, hash text, expected_epoch bigint, expected_hash text
)
RETURNS SETOF ${VAULT_TABLE} LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO ${VAULT_TABLE} AS stored (id, epoch, hash, header)
  SELECT
    rowseal_save_vault.owner, rowseal_save_vault.epoch,
    rowseal_save_vault.hash, rowseal_save_vault.header
  WHERE expected_epoch IS NULL AND expected_hash IS NULL
  ON CONFLICT (id) DO NOTHING;
  UPDATE ${VAULT_TABLE} AS stored
  SET epoch = rowseal_save_vault.epoch,
    hash = rowseal_save_vault.hash,
    header = rowseal_save_vault.header
  WHERE stored.id = rowseal_save_vault.owner
    AND stored.epoch = expected_epoch
    AND stored.hash = expected_hash;
  -- A statement of its own sees what another transaction has committed meanwhile.
  SELECT stored.* FROM ${VAULT_TABLE} AS stored WHERE stored.id = rowseal_save_vault.owner;
END;
REVOKE ALL ON FUNCTION rowseal_save_vault FROM PUBLIC;
`;
}
