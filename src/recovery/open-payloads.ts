/** Opening one row of an export: its payload, and the siblings that a server kept beside it. */
import { decodeBase64url } from '../bytes/base64url.js';
import { isBytes } from '../bytes/is-bytes.js';
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { plainRow } from '../rows/decrypt-row.js';
import { type Finding, findingsOf } from '../rows/decrypt-row-details.js';
import { isDeleted } from '../rows/row-content.js';
import type { AnyRow } from '../rows/row-values.js';
import { mergeVersions, type RowVersion } from '../rows/row-version.js';
import { type OpenedRow, type OpenRowOptions, openSealedRow } from '../rows/seal-row.js';
import { SIBLING_LIMIT } from '../rows/sibling-limit.js';
import type { Table } from '../rows/table.js';

/** What a row says once all of its payloads that open are merged. */
export interface OpenedPayloads {
  /** `null` when it was deleted. */
  readonly row: AnyRow | null;
  readonly findings: readonly Finding[];
  /** Why payloads of this row do not open, one reason for each. */
  readonly refusals: readonly RowsealError[];
}

/**
 * Merges as a mirror would, so that no device's edit is lost; throws what opening throws when none
 * of its payloads opens.
 */
export function openPayloads(
  vault: Vault,
  table: Table,
  sealed: AnyRow,
  options: OpenRowOptions,
): OpenedPayloads {
  const attempts = versionsOf(sealed).map((each) => tryOpen(vault, table, each, options));
  const opened = attempts.filter((each): each is OpenedRow => !isRefusal(each));
  const refusals = attempts.filter(isRefusal);
  if (siblingTexts(sealed).length > SIBLING_LIMIT) refusals.push(tooManySiblings());
  if (typeof (sealed.siblings ?? '') !== 'string') refusals.push(strangeSiblings());
  const [first] = opened;
  if (!first) throw refusals[0] as RowsealError;
  const others = opened.slice(1);
  const merged = others.reduce<RowVersion>((a, b) => mergeVersions(table, a, b), first);
  const row = isDeleted(merged.content) ? null : plainRow(table, merged);
  // Of siblings the server shows no visible columns.
  const [main] = attempts as [OpenedRow | RowsealError];
  const findings = isRefusal(main) ? [] : findingsOf(table, main, sealed, undefined);
  return { row, findings, refusals };
}

/**
 * The row once for each of its payloads, the one in place last: a server that takes them in this
 * order keeps what the first one had.
 */
export function uploadsOf(sealed: AnyRow): AnyRow[] {
  const [main, ...siblings] = versionsOf(sealed);
  return [...siblings, main as AnyRow];
}

/** One more than are opened, if there are more. */
function siblingTexts({ siblings }: AnyRow): readonly string[] {
  if (typeof siblings !== 'string' || siblings === '') return [];
  return siblings.split(' ', SIBLING_LIMIT + 1);
}

/** The one in place first. */
function versionsOf(sealed: AnyRow): readonly AnyRow[] {
  const { siblings: _, ...row } = sealed;
  const texts = siblingTexts(sealed).slice(0, SIBLING_LIMIT);
  const payloads = isBytes(row.payload) ? texts.map(decodeBase64url) : texts;
  return [row, ...payloads.map((payload) => ({ ...row, payload }))];
}

function tryOpen(
  vault: Vault,
  table: Table,
  sealed: AnyRow,
  options: OpenRowOptions,
): OpenedRow | RowsealError {
  try {
    return openSealedRow(vault, table, sealed, options);
  } catch (error) {
    if (error instanceof RowsealError && error.code !== 'LOCKED') return error;
    throw error;
  }
}

function tooManySiblings(): RowsealError {
  return new RowsealError(
    'LIMIT_EXCEEDED',
    'This row has more siblings than a server keeps. The first ones were merged; the others are in the file.',
  );
}

function strangeSiblings(): RowsealError {
  return new RowsealError(
    'ROW_MALFORMED',
    'The siblings of this row are no text, so that none was merged: an edit may be missing. They are in the file as the server had them.',
  );
}

function isRefusal(attempt: OpenedRow | RowsealError): attempt is RowsealError {
  return attempt instanceof RowsealError;
}
