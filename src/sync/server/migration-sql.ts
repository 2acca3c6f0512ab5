/** The server's side of a migration, as Postgres text: refusing plaintext, and removing it. */
import { assertOptions } from '../../errors.js';
import type { Table } from '../../rows/table.js';
import { assertGiven, assertTable } from '../arguments.js';
import { sealedName } from '../sealed-name.js';
import { ownerColumn } from './owner-column.js';
import { sqlColumnName, sqlName, sqlText } from './sql-names.js';

/** Options of {@link migrationSql}. */
export interface MigrationSqlOptions {
  /** The name of the old table, as Postgres has it. */
  readonly from: string;
  /** The declared table that takes its place; `serverSql` has made its sealed table before. */
  readonly table: Table;
  /** The column of the sealed table that says whose row it is, as in {@link serverSql}. */
  readonly owner: string;
  /** The same of the old table, where it has another name. */
  readonly fromOwner?: string;
}

/**
 * Returns the Postgres text that a migration of a plaintext table needs on the server.
 *
 * It may be run again. It makes a trigger that refuses each write to the old table and that is off until
 * you enable it, and a function that removes verified rows, which nobody may call until you grant it to
 * your server's role.
 *
 * @throws `TypeError` for what is no table that `defineTable` makes, names that Postgres can't hold or that
 * have a line break or `$rowseal$`, an old table of the name of the new one, and an owner column that is encrypted or no text.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted } from 'rowseal';
 * import { migrationSql } from 'rowseal/powersync';
 *
 * const entries = defineTable('entries', { amount: encrypted.integer() });
 * const text = migrationSql({ from: 'transactions', table: entries, owner: 'owner_id' });
 * console.assert(text.includes('ALTER TABLE "transactions" DISABLE TRIGGER rowseal_refuse_old'));
 * ```
 */
export function migrationSql(options: MigrationSqlOptions): string {
  assertOptions(options, ['from', 'fromOwner', 'owner', 'table'], 'migrationSql');
  const { from, table, owner, fromOwner = owner } = options;
  assertTable(table);
  const sealedOwner = ownerColumn(table, owner);
  const isPlain = ![from, table.name, owner, fromOwner].some((name) => ENDS_TEXT.test(name));
  assertGiven(isPlain, "names without line breaks and '$rowseal$'");
  if (from === table.name || from === sealedName(table)) {
    throw new TypeError(`Give from: the name of the old table, which is not '${from}'.`);
  }
  return [HEAD, refusal(sqlName(from)), removal({ from, fromOwner, table, sealedOwner })].join(
    '\n',
  );
}

/** What would end a comment, or the body of a function, in which a name stands. */
const ENDS_TEXT = /[\r\n]|\$rowseal\$/;

const HEAD = `\
-- The migration of a plaintext table for rowseal, for Postgres 14 or later. May be run again.
`;

/**
 * Refused for a while, not for good: what an old version has in its queue is to stay there. Once a
 * statement and not once a row, or an edit of a row that was removed would pass, and be lost.
 */
function refusal(from: string): string {
  return `\
-- Refuses writes to the old table, once its trigger is enabled:
--   ALTER TABLE ${from} ENABLE TRIGGER rowseal_refuse_old;
-- which waits for writes that are under way. 55000 is in no class that connectors take for final, so
-- that old versions of the app keep what they could not upload. To remove rows by hand, such as those of
-- an account that is closed, SET LOCAL "rowseal.removing" = 'on' in that transaction.
CREATE OR REPLACE FUNCTION rowseal_refuse_old() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $rowseal$
BEGIN
  IF current_setting('rowseal.removing', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'This table has moved: update the app.'
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$rowseal$;
DO $rowseal$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = ${sqlText(from)}::regclass AND tgname = 'rowseal_refuse_old'
  ) THEN
    CREATE TRIGGER rowseal_refuse_old BEFORE INSERT OR UPDATE OR DELETE ON ${from}
    FOR EACH STATEMENT EXECUTE FUNCTION rowseal_refuse_old();
    ALTER TABLE ${from} DISABLE TRIGGER rowseal_refuse_old;
  END IF;
END
$rowseal$;
`;
}

interface Removal {
  readonly from: string;
  readonly fromOwner: string;
  readonly table: Table;
  /** Quoted. */
  readonly sealedOwner: string;
}

/** A payload that was replaced since is a sibling, or its successor names it as merged. */
function removal({ from, fromOwner, table, sealedOwner }: Removal): string {
  const old = sqlName(from);
  const name = sqlName(`rowseal_remove_${from}`);
  const signature = `${name}(of_owner text, ids text[], payload_ids text[])`;
  return `\
-- Removes old rows of one user that a device names by id and by the payload id of the sealed row that it
-- has verified, and returns the ids of those that it removed: none unless that payload stands, or its
-- successor, and none while old writes are not refused. Take of_owner from the session, never from the
-- request. Nobody may call it until you grant it to your server's role.
CREATE OR REPLACE FUNCTION ${signature}
RETURNS SETOF text LANGUAGE plpgsql SET "rowseal.removing" = 'on' AS $rowseal$
DECLARE
  old_id ${old}.id%TYPE;
  at integer;
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = ${sqlText(old)}::regclass
      AND tgname = 'rowseal_refuse_old' AND tgenabled IN ('O', 'A')
  ) THEN
    RAISE EXCEPTION 'Enable the trigger rowseal_refuse_old first: old versions still write plaintext.'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  FOR at IN 1 .. least(coalesce(cardinality(ids), 0), cardinality(payload_ids)) LOOP
    PERFORM FROM ${sqlName(sealedName(table))} AS sealed
    WHERE sealed.id = ids[at] AND sealed.${sealedOwner} = of_owner AND (
      substr(sealed.payload, 45, 32) = payload_ids[at]
      OR payload_ids[at] = ANY (string_to_array(sealed.parents, ' '))
      OR EXISTS (
        SELECT FROM unnest(string_to_array(sealed.siblings, ' ')) AS sibling
        WHERE substr(sibling, 45, 32) = payload_ids[at]
      )
    ) FOR SHARE;
    CONTINUE WHEN NOT FOUND;
    old_id := ids[at];
    DELETE FROM ${old} WHERE id = old_id AND ${sqlColumnName(fromOwner)}::text = of_owner;
    IF FOUND THEN
      RETURN NEXT ids[at];
    END IF;
  END LOOP;
END
$rowseal$;
REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
`;
}
