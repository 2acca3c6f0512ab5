/**
 * What makes it safe to drop a key: from a moment on the server stores nothing new under it.
 *
 * A count of the payloads under a key says nothing while a device may still upload one. So a key is
 * closed first, and a closed key's new payloads are refused, for a while as the device sees it: it seals
 * them again under the new key once it has the vault header. A writer that is under way while a key is
 * closed holds a lock that the closing waits for, so that it is counted; one that comes later is refused.
 */

/** Format byte and key id, as the base64url text of an envelope begins. */
export const KEY_PREFIX_LENGTH = 44;
/** Two numbers name an advisory lock; the first says that it is one of these. */
const LOCK_CLASS = 0x72_6f_77_73;
/** How many locks there are for all keys; a transaction over many users takes no more. */
const LOCKS = 1024;

/** The lock of a key, which it shares with few others: it then waits a little longer, no more. */
export function lockOf(prefix: string): string {
  return `(hashtext(${prefix}) & ${LOCKS - 1})`;
}

/** Postgres text of a lock that ends with the transaction. */
export function takeLock(how: 'shared' | 'exclusive', lock: string): string {
  return `pg_advisory_xact_lock${how === 'shared' ? '_shared' : ''}(${LOCK_CLASS}, ${lock})`;
}

/** Postgres text of the tables and the trigger's functions; running it again replaces the latter. */
export function closedKeysSql(): string {
  return `\
-- Every sealed table that this SQL has made in any run, and the column that says whose row it is.
CREATE TABLE IF NOT EXISTS rowseal_sealed_tables (
  sealed regclass PRIMARY KEY,
  name text NOT NULL,
  owner_column text
);

-- The keys under which nothing new is stored. An owner of '' stands for everybody.
CREATE TABLE IF NOT EXISTS rowseal_closed_keys (
  owner text,
  prefix text,
  PRIMARY KEY (prefix, owner)
);

-- Changed by each closing, so that a transaction whose snapshot is older than it can tell.
CREATE TABLE IF NOT EXISTS rowseal_key_locks (
  lock integer PRIMARY KEY,
  closings bigint NOT NULL DEFAULT 0
);
INSERT INTO rowseal_key_locks (lock) SELECT generate_series(0, ${LOCKS - 1}) ON CONFLICT DO NOTHING;

-- Without a policy these three are for nobody but their owner, whatever privileges a role is given.
ALTER TABLE rowseal_sealed_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE rowseal_closed_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE rowseal_key_locks ENABLE ROW LEVEL SECURITY;

-- Whether a key is closed for an owner, or for anybody where the owner is NULL; it can't be closed before
-- this transaction ends. A snapshot older than a closing ends here with 40001.
CREATE OR REPLACE FUNCTION rowseal_is_closed(of_owner text, key_prefix text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
  SELECT ${takeLock('shared', lockOf('key_prefix'))};
  SELECT FROM rowseal_key_locks
  WHERE lock = ${lockOf('key_prefix')}
    AND current_setting('transaction_isolation') IN ('repeatable read', 'serializable')
  FOR SHARE;
  SELECT EXISTS (
    SELECT FROM rowseal_closed_keys AS closed
    WHERE closed.prefix = key_prefix AND (closed.owner IN ('', of_owner) OR of_owner IS NULL)
  ) OR NOT EXISTS (SELECT FROM rowseal_key_locks WHERE lock = 0);
END;
GRANT EXECUTE ON FUNCTION rowseal_is_closed TO PUBLIC; -- whoever writes a row asks it

-- Refuses a payload under a closed key, unless it is the one that is stored: an upsert of that may still
-- come back from a device that had no answer. It is kept from being removed meanwhile.
CREATE OR REPLACE FUNCTION rowseal_refuse_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $rowseal$
DECLARE
  stored bigint;
BEGIN
  EXECUTE format('SELECT FROM %s WHERE id = $1 AND payload = $2 FOR KEY SHARE', TG_RELID::regclass)
    USING NEW.id, NEW.payload;
  GET DIAGNOSTICS stored = ROW_COUNT;
  IF stored > 0 THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'This key takes nothing new: once it has the vault header, the device seals this again under the new key.'
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$rowseal$;
REVOKE ALL ON FUNCTION rowseal_refuse_closed FROM PUBLIC;

-- Makes a table one whose keys are counted and can be closed.
CREATE OR REPLACE FUNCTION rowseal_add_sealed_table(sealed regclass, owner_column text) RETURNS void
LANGUAGE plpgsql AS $rowseal$
DECLARE
  called text := (
    SELECT format('%I.%I', nspname, relname)
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = sealed
  );
  closed text := format(
    'rowseal_is_closed(%s, left(NEW.payload, ${KEY_PREFIX_LENGTH}))',
    coalesce('NEW.' || quote_ident(owner_column) || '::text', 'NULL')
  );
BEGIN
  INSERT INTO rowseal_sealed_tables AS known VALUES (sealed, called, owner_column)
  ON CONFLICT ON CONSTRAINT rowseal_sealed_tables_pkey
  DO UPDATE SET name = EXCLUDED.name, owner_column = EXCLUDED.owner_column;
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER rowseal_closed_insert BEFORE INSERT ON %s
    FOR EACH ROW WHEN (%s) EXECUTE FUNCTION rowseal_refuse_closed()', sealed, closed);
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER rowseal_closed_update BEFORE UPDATE ON %s
    FOR EACH ROW WHEN (NEW.payload <> OLD.payload AND %s)
    EXECUTE FUNCTION rowseal_refuse_closed()', sealed, closed);
END
$rowseal$;
REVOKE ALL ON FUNCTION rowseal_add_sealed_table FROM PUBLIC;
`;
}
