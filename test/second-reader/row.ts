import { compare, same, toHex, toUtf8 } from './bytes.js';
import { type BoundColumn, type Envelope, parseEnvelope, rowAssociatedData } from './envelope.js';
import type { DataKey } from './keyset.js';
import { isDeleted, type Payload, parsePayload, type StampedColumn } from './payload.js';
import { derive, openSealed } from './primitives.js';
import { atCheck, demand, refuse } from './refusal.js';
import { clockTolerance, timeOf } from './stamp.js';
import { type Column, idOf, readServed, type Table, utf8Of } from './table.js';
import {
  decodeValue,
  type Encoded,
  encodeValue,
  isSet,
  nullValue,
  tags,
  type Value,
} from './value.js';

// Section 13.

export type ServedRow = Readonly<Record<string, unknown>>;

export interface Asked {
  /** Whether a deleted row is refused. */
  readonly forValues: boolean;
  readonly acceptRetired: boolean;
  readonly now: number;
}

export interface Finding {
  readonly code: 'metadata-mismatch' | 'retired-key' | 'clock-ahead';
  readonly column?: string;
}

export interface OpenedRow {
  /** By name; nothing for a deleted row. */
  readonly values: ReadonlyMap<string, Value | null> | undefined;
  readonly stamps: ReadonlyMap<string, Uint8Array>;
  readonly payload: Payload;
  readonly unknownColumns: readonly StampedColumn[];
  readonly findings: readonly Finding[];
  readonly envelope: Envelope;
  /** By id in hex. */
  readonly bound: ReadonlyMap<string, BoundColumn>;
  readonly associatedData: Uint8Array;
  readonly payloadBytes: Uint8Array;
}

export function openRow(
  vaultId: Uint8Array,
  dataKeys: readonly DataKey[],
  table: Table,
  row: ServedRow,
  asked: Asked,
): OpenedRow {
  const opened = openPayload(vaultId, dataKeys, table, row);
  const { payload, bound } = opened;
  const findings = judgeStamps(payload, opened.dataKey, asked);
  const deleted = isDeleted(payload);
  demand(!asked.forValues || !deleted, 'ROW_DELETED', 13);
  const { values, stamps, unknown } = atCheck(14, () => readColumns(table, payload, bound));
  return {
    ...opened,
    values: deleted ? undefined : values,
    stamps,
    unknownColumns: unknown,
    findings: deleted ? findings : [...findings, ...mismatches(table, values, row)],
  };
}

/** Checks 1 to 11. */
function openPayload(
  vaultId: Uint8Array,
  dataKeys: readonly DataKey[],
  table: Table,
  row: ServedRow,
) {
  const envelope = parseEnvelope(row.payload, table.payload);
  const dataKey = dataKeys.find(({ id }) => same(id, envelope.keyId)) ?? refuse('UNKNOWN_KEY', 6);
  const rowId = typeof row.id === 'string' ? toUtf8(row.id) : undefined;
  const fits = rowId !== undefined && rowId.length >= 1 && rowId.length <= 256;
  demand(fits && !rowId.includes(0), 'ROW_AUTH_FAILED', 7);
  const bound = boundColumns(table, envelope.boundSet, row);
  const associatedData = rowAssociatedData(envelope.prefix, vaultId, utf8Of(table.name), rowId, [
    ...bound.values(),
  ]);
  const rowKey = derive('rowKey', dataKey.key, vaultId);
  const payloadBytes =
    openSealed(rowKey, envelope.nonce, envelope.sealed, associatedData) ??
    refuse('ROW_AUTH_FAILED', 10);
  const payload = atCheck(11, () => parsePayload(payloadBytes));
  demand(!payload.columns.some(({ id }) => bound.has(toHex(id))), 'ROW_MALFORMED', 11);
  return { envelope, dataKey, bound, associatedData, payloadBytes, payload };
}

/** Check 12, and what stamps give away. */
function judgeStamps(payload: Payload, dataKey: DataKey, asked: Asked): Finding[] {
  const stamps = [payload.lifeStamp, ...payload.columns.map(({ stamp }) => stamp)];
  const retired = stamps.some((stamp) => dataKey.stamp && compare(stamp, dataKey.stamp) > 0);
  demand(!retired || dataKey.status !== 'revoked' || asked.acceptRetired, 'KEY_RETIRED', 12);
  const ahead = stamps.some((stamp) => timeOf(stamp).milliseconds > asked.now + clockTolerance);
  return [
    ...(retired ? [{ code: 'retired-key' as const }] : []),
    ...(ahead ? [{ code: 'clock-ahead' as const }] : []),
  ];
}

/** Checks 8 and 9. */
function boundColumns(
  table: Table,
  number: number,
  row: ServedRow,
): ReadonlyMap<string, BoundColumn> {
  const names = table.boundSets[number] ?? refuse('UNSUPPORTED_VERSION', 8);
  const columns = names.map((name) => {
    const column = table.columns.find((declared) => declared.name === name);
    if (!column) throw new TypeError(`the table has no column ${name}`);
    const value = readServed(column, row[name]) ?? refuse('ROW_AUTH_FAILED', 9);
    return { id: idOf(column), ...value };
  });
  return new Map(columns.map((column) => [toHex(column.id), column]));
}

/** Check 14, and what each declared column reads as. */
export function readColumns(
  table: Table,
  payload: Payload,
  bound: ReadonlyMap<string, BoundColumn>,
) {
  const columns = new Map<string, StampedColumn>();
  for (const column of bound.values()) {
    columns.set(toHex(column.id), { ...column, stamp: payload.lifeStamp });
  }
  for (const column of payload.columns) columns.set(toHex(column.id), column);

  const values = new Map<string, Value | null>();
  const stamps = new Map<string, Uint8Array>();
  for (const column of table.columns) {
    const id = toHex(idOf(column));
    const held = columns.get(id);
    columns.delete(id);
    if (held) stamps.set(column.name, held.stamp);
    if (isDeleted(payload) || column.kind === 'server-owned') continue;
    const value = readAs(column, held);
    if (value !== undefined) values.set(column.name, value);
  }
  return { values, stamps, unknown: [...columns.values()] };
}

function readAs(column: Column, held: Encoded | undefined): Value | null | undefined {
  if (held && isSet(held)) {
    demand(held.tag === tags[column.type], 'ROW_MALFORMED');
    const value = decodeValue(column.type, held.value);
    demand(column.kind === 'encrypted' || !String(value).includes('\0'), 'ROW_MALFORMED');
    return value;
  }
  if (column.default !== undefined) return column.default;
  demand(column.presence !== 'required', 'ROW_MALFORMED');
  return column.presence === 'nullable' ? null : undefined;
}

/** A mirrored column is compared as it reads: unset is NULL, and a default stands for itself. */
function mismatches(
  table: Table,
  values: ReadonlyMap<string, Value | null>,
  row: ServedRow,
): Finding[] {
  return table.columns
    .filter(({ kind }) => kind === 'mirrored')
    .filter((column) => {
      const served = readServed(column, row[column.name]);
      const value = values.get(column.name) ?? undefined;
      const read = value === undefined ? nullValue : encodeValue(column.type, value);
      return served === undefined || !isEqual(served, read);
    })
    .map(({ name }) => ({ code: 'metadata-mismatch', column: name }));
}

const isEqual = (a: Encoded, b: Encoded): boolean => a.tag === b.tag && same(a.value, b.value);
