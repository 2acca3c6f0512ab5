/** How a row's record stands in `rowseal_rows`. */
import type { RowsealErrorCode } from '../../errors/error-code.js';
import type { RowTrouble } from '../../sync/row-trouble.js';
import type { RowRecord } from '../../sync/sync-store.js';

/** The columns of `rowseal_rows` behind table and id, in order. */
export const NOTE_COLUMNS = [
  'note',
  'own',
  'due',
  'trouble',
  'code',
  'detail',
  'findings',
] as const;

/** A record as it is read: columns that are counted or searched, and the rest as JSON. */
export interface NotedRow {
  /** `null` when there is no record: the others are too. */
  readonly note: string | null;
  readonly own: string | null;
  readonly due: number | null;
  readonly trouble: RowTrouble['kind'] | null;
  /** As it was noted: a code of a newer version passes as it is, and nothing here goes by it. */
  readonly code: RowsealErrorCode | null;
  readonly detail: string | null;
  readonly findings: string | null;
}

type Note = Pick<RowRecord, 'seen' | 'clear' | 'known' | 'reflected' | 'life' | 'sent'>;

/** The values of {@link NOTE_COLUMNS}. */
export function noteOf({ own, due, trouble, findings, ...record }: RowRecord): unknown[] {
  const { seen, clear, known, reflected, life, sent }: Note = record;
  return [
    JSON.stringify({ seen, clear, known, reflected, life, sent }),
    own,
    due,
    trouble?.kind ?? null,
    trouble?.code ?? null,
    trouble?.detail ?? null,
    findings.length > 0 ? JSON.stringify(findings) : null,
  ];
}

export function recordOf({ note, own, due, trouble, ...row }: NotedRow): RowRecord | null {
  if (note === null) return null;
  const { code, detail, findings } = row;
  return {
    ...(JSON.parse(note) as Note),
    own,
    due,
    trouble: trouble && { kind: trouble, code, detail },
    findings: findings === null ? [] : (JSON.parse(findings) as string[]),
  };
}
