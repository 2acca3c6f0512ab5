/** A digest of all in a table's declaration that its plaintext depends on. */
import { encodeBase64url } from '../bytes/base64url.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import type { Table } from '../rows/table.js';
import { digestBytes } from './row-record.js';

/**
 * When it differs from the one under which plaintext was made, rows are shown again: a column may
 * be new, or read otherwise.
 */
export function declarationOf({ layout }: Table): string {
  const columns = layout.columns.map(({ name, id, kind, presence, fallback }) => [
    name,
    id,
    kind,
    presence,
    fallback && [fallback.tag, encodeBase64url(fallback.bytes)],
  ]);
  const text = JSON.stringify([encodeBase64url(layout.tableId), columns]);
  return digestBytes(encodeUtf8(text) as Uint8Array);
}
