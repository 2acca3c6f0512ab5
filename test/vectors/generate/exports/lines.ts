/** Export files by section 20 of docs/format.md, with nothing from `src`. */
import { createHmac } from 'node:crypto';
import { bigEndian } from '../../../support/payload-bytes.js';
import { base64url, hkdf, join, sha256, utf8 } from '../bytes.js';
import { type HeaderParts, headerText } from '../vault.js';
import type { Fields } from '../vector-file.js';

export function firstLine(parts: HeaderParts, change: Fields = {}): string {
  const about = 'An encrypted backup.';
  return `${JSON.stringify({ rowseal: 'export', version: 1, about, header: headerText(parts), ...change })}\n`;
}

export const rowLine = (row: Fields, table = 'notes'): string =>
  `${JSON.stringify({ table, row })}\n`;

/** The last line for what stands before it. */
export function lastLine(
  { vaultKey, vaultId }: HeaderParts,
  lines: readonly string[],
  rows = lines.length - 1,
): string {
  const key = hkdf(vaultKey, vaultId, 'rowseal/1 export MAC');
  const message = join(sha256(utf8(lines.join(''))), bigEndian(rows, 8));
  const mac = createHmac('sha256', key).update(message).digest();
  return `${JSON.stringify({ rows, mac: base64url(mac) })}\n`;
}

/** The lines of a whole file. */
export function wholeFile(parts: HeaderParts, rows: readonly string[]): readonly string[] {
  const lines = [firstLine(parts), ...rows];
  return [...lines, lastLine(parts, lines)];
}
