/** What the plaintext table shows of a row, and what the app should know about it. */
import { plainRow } from '../rows/decrypt-row.js';
import { findingsOf } from '../rows/decrypt-row-details.js';
import { isDeleted } from '../rows/row-content.js';
import type { RowVersion } from '../rows/row-version.js';
import type { Table } from '../rows/table.js';
import { sameValue } from './changed-columns.js';
import { engineValue, servedEngineValue } from './engine-values.js';
import type { Arrivals } from './open-arrivals.js';
import type { EngineRow } from './sync-store.js';

const MISMATCH = 'metadata-mismatch:';

/**
 * The plaintext to write: `null` to delete it, `undefined` when it says all of that already.
 *
 * Server-owned columns are the server's word; the others come from the payload. Throws
 * `ROW_MALFORMED` for a row that the declaration can't read.
 */
export function plaintextToWrite(
  table: Table,
  version: RowVersion,
  plain: EngineRow | null,
  sealed: EngineRow | null,
): EngineRow | null | undefined {
  if (isDeleted(version.content)) return plain ? null : undefined;
  const values = plainRow(table, version);
  const row: Record<string, unknown> = {};
  for (const column of table.layout.columns) {
    const { name, kind } = column;
    row[name] =
      kind === 'server-owned'
        ? (servedEngineValue(sealed?.[name]) ?? plain?.[name] ?? null)
        : engineValue(column, values[name]);
  }
  return plain && sameRow(table, row, plain) ? undefined : row;
}

/** The findings about what arrived; `before` is what the device knew. */
export function arrivedFindings(
  table: Table,
  { main, siblingRefusals }: Arrivals,
  sealed: EngineRow,
  before: RowVersion | null,
): string[] {
  const findings = main ? findingsOf(table, main, sealed, before ?? undefined) : [];
  return [
    ...findings.map((finding) =>
      finding.code === 'metadata-mismatch' ? `${MISMATCH}${finding.column}` : finding.code,
    ),
    ...new Set(siblingRefusals.map(({ code }) => `sibling-refused:${code}`)),
  ];
}

/** What a change of visible columns alone does, without a key: the plaintext has the sealed copies. */
export function settleVisible(
  table: Table,
  plain: EngineRow | null,
  sealed: EngineRow,
  findings: readonly string[],
): { readonly plain?: EngineRow; readonly findings: readonly string[] } {
  const others = findings.filter((finding) => !finding.startsWith(MISMATCH));
  if (!plain) return { findings: others };
  const differ = (kind: string) =>
    table.layout.columns.flatMap((column) =>
      column.kind === kind && !sameValue(servedEngineValue(sealed[column.name]), plain[column.name])
        ? [column.name]
        : [],
    );
  const owned = differ('server-owned').map((name) => [name, servedEngineValue(sealed[name])]);
  return {
    findings: [...others, ...differ('mirrored').map((name) => `${MISMATCH}${name}`)],
    ...(owned.length > 0 ? { plain: { ...plain, ...Object.fromEntries(owned) } } : {}),
  };
}

function sameRow({ layout }: Table, a: EngineRow, b: EngineRow): boolean {
  return layout.columns.every(({ name }) => sameValue(a[name], b[name]));
}
