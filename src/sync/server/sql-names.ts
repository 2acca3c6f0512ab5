/**
 * Names in Postgres text: always quoted, so that no name of a table or column can be anything but
 * a name, and refused where Postgres would cut or reject them.
 */
import { encodeUtf8 } from '../../bytes/utf8.js';

/** In bytes; Postgres cuts longer names without an error, and two tables could become one. */
const NAME_LENGTH_LIMIT = 63;
/** Columns that every table of Postgres has already. */
const SYSTEM_COLUMNS = ['cmax', 'cmin', 'ctid', 'tableoid', 'xmax', 'xmin'];

/** A name as Postgres reads it back unchanged. Throws `TypeError` for one it can't hold. */
export function sqlName(name: string): string {
  const length = typeof name === 'string' ? (encodeUtf8(name)?.length ?? 0) : 0;
  if (length === 0 || length > NAME_LENGTH_LIMIT || name.includes('\0')) {
    throw new TypeError(
      `Postgres can't hold the name ${JSON.stringify(name)}: it takes 1 to ${NAME_LENGTH_LIMIT} bytes of UTF-8 without NUL.`,
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** The name of a column. Throws `TypeError` for what `sqlName` refuses, and for system columns. */
export function sqlColumnName(name: string): string {
  if (SYSTEM_COLUMNS.includes(name)) {
    throw new TypeError(`A column of Postgres can't be named '${name}'. Rename it with storedAs.`);
  }
  return sqlName(name);
}

/** A text as a literal of Postgres. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
