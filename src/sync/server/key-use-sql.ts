/** What a server says about keys: how many payloads are under each, and that one is closed. */
import { KEY_PREFIX_LENGTH, lockOf, takeLock } from './closed-keys-sql.js';

/** A vault holds no more keys. */
const CLOSED_AT_ONCE = 256;

/** Postgres text of the functions; running it again replaces them. */
export function keyUseSql(isOwned: boolean): string {
  const owner = isOwned ? 'owner text' : '';
  const closeArguments = isOwned ? 'owner text, prefixes text[]' : 'prefixes text[]';
  const types = { use: isOwned ? 'text' : '', close: isOwned ? 'text, text[]' : 'text[]' };
  const ofUse = isOwned ? 'sealed.owner_column, rowseal_key_use.owner' : 'NULL, NULL';
  const ofClose = isOwned ? 'rowseal_close_keys.owner' : "''";
  const usedBy = isOwned ? 'rowseal_close_keys.owner' : '';
  return `\
-- How many payloads of one sealed table begin with which prefix. A row without an owner may be anybody's.
-- Row-level security that would hide rows is an error: a count of a part is worse than none.
CREATE OR REPLACE FUNCTION rowseal_count_keys(sealed regclass, owner_column text, of_owner text)
RETURNS TABLE (prefix text, payloads bigint)
LANGUAGE plpgsql SET search_path = '' SET row_security = off AS $rowseal$
BEGIN
  IF owner_column IS NOT NULL AND coalesce(of_owner, '') = '' THEN
    RAISE EXCEPTION 'Give the owner: the user who is logged in.'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT left(one, ${KEY_PREFIX_LENGTH}), count(*)
    FROM %s AS sealed, unnest(string_to_array(siblings, '' '') || payload) AS one
    WHERE %s GROUP BY 1',
    sealed, CASE WHEN owner_column IS NULL THEN 'true'
      ELSE format('sealed.%1$I::text = $1 OR sealed.%1$I IS NULL', owner_column) END
  ) USING of_owner;
END
$rowseal$;
REVOKE ALL ON FUNCTION rowseal_count_keys FROM PUBLIC;

-- How many payloads, of rows and of their siblings, begin with which prefix: format byte and key id.
${about(isOwned)}
CREATE OR REPLACE FUNCTION rowseal_key_use(${owner})
RETURNS TABLE (prefix text, payloads bigint) LANGUAGE sql SET row_security = off
BEGIN ATOMIC
  SELECT counted.prefix, sum(counted.payloads)::bigint
  FROM (
    SELECT found.sealed, CASE WHEN count(*) = count(owner_column) THEN min(owner_column) END AS owner_column
    FROM rowseal_sealed_tables AS known, LATERAL (VALUES (known.sealed), (to_regclass(known.name)))
      AS found (sealed)
    -- One that was removed is no longer there; one that was made anew has another number.
    WHERE found.sealed IN (SELECT oid FROM pg_class)
    GROUP BY found.sealed
  ) AS sealed, rowseal_count_keys(sealed.sealed, ${ofUse}) AS counted
  GROUP BY counted.prefix;
END;
REVOKE ALL ON FUNCTION rowseal_key_use(${types.use}) FROM PUBLIC;

-- Refuses what is no list of prefixes, and a snapshot that is older than writers that have to be counted.
CREATE OR REPLACE FUNCTION rowseal_assert_closing(of_owner text, prefixes text[]) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $rowseal$
BEGIN
  IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'Close keys in a transaction that is READ COMMITTED.'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF of_owner = '' THEN
    RAISE EXCEPTION 'Give the owner: the user who is logged in.'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF prefixes IS NULL OR cardinality(prefixes) > ${CLOSED_AT_ONCE} OR EXISTS (
    SELECT FROM unnest(prefixes) AS prefix
    WHERE (prefix COLLATE "C" ~ '^A[Q-Za-f][A-Za-z0-9_-]{${KEY_PREFIX_LENGTH - 2}}$') IS NOT TRUE
  ) THEN
    RAISE EXCEPTION 'Give prefixes of ${KEY_PREFIX_LENGTH} characters, as an envelope begins, and no more than ${CLOSED_AT_ONCE}.'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$rowseal$;
REVOKE ALL ON FUNCTION rowseal_assert_closing FROM PUBLIC;

-- Closes keys, so that nothing new is stored under them, and returns for each given prefix how many
-- payloads are still under it, 0 included. What is under way is waited for and counted.
${about(isOwned)}
CREATE OR REPLACE FUNCTION rowseal_close_keys(${closeArguments})
RETURNS TABLE (prefix text, payloads bigint) LANGUAGE sql SET row_security = off
BEGIN ATOMIC
  SELECT rowseal_assert_closing(${usedBy || 'NULL'}, prefixes);
  SELECT ${takeLock('exclusive', 'lock')}
  FROM (SELECT DISTINCT ${lockOf('given')} AS lock FROM unnest(prefixes) AS given ORDER BY 1) AS locks;
  UPDATE rowseal_key_locks SET closings = closings + 1
  WHERE lock IN (SELECT ${lockOf('given')} FROM unnest(prefixes) AS given);
  INSERT INTO rowseal_closed_keys (owner, prefix)
  SELECT ${ofClose}, given FROM unnest(prefixes) AS given
  ON CONFLICT DO NOTHING;
  -- A statement of its own sees what was committed while this waited.
  SELECT given.prefix, coalesce(used.payloads, 0)
  FROM (SELECT DISTINCT unnest(prefixes) AS prefix) AS given
  LEFT JOIN rowseal_key_use(${usedBy}) AS used ON used.prefix = given.prefix;
END;
REVOKE ALL ON FUNCTION rowseal_close_keys(${types.close}) FROM PUBLIC;
`;
}

function about(isOwned: boolean): string {
  const owner = 'The owner is the user who is logged in, never what a request says. ';
  return `\
-- ${isOwned ? owner : ''}Call it as the owner of these tables, or through a
-- function of yours that is SECURITY DEFINER.`;
}

/** Postgres text that adds tables which an earlier version of this SQL has made. */
export function earlierTablesSql(): string {
  return `\
-- Tables of earlier runs that these lines did not name: whose rows they hold is not known here, so all
-- of them are counted for everybody.
SELECT rowseal_add_sealed_table(tgrelid, NULL) FROM pg_trigger
WHERE tgfoid = 'rowseal_keep_siblings()'::regprocedure
  AND tgrelid NOT IN (SELECT sealed FROM rowseal_sealed_tables);
DELETE FROM rowseal_sealed_tables
WHERE sealed NOT IN (SELECT oid FROM pg_class) AND (
  to_regclass(name) IS NULL OR to_regclass(name) IN (SELECT sealed FROM rowseal_sealed_tables)
);
`;
}
