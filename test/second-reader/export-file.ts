import { bigEndian, concat, fromBase64url, toUtf8 } from './bytes.js';
import { type Line, type Row, readFirstLine, readLine } from './export-line.js';
import { boundColumnsFrom, merge } from './merge.js';
import { type Opened, openVault, type Secret } from './opening.js';
import { isDeleted } from './payload.js';
import { derive, equalSecrets, hmac, sha256 } from './primitives.js';
import { type Code, Refusal, refuse } from './refusal.js';
import { openRow, readColumns } from './row.js';
import type { Table } from './table.js';
import type { Value } from './value.js';

// Section 20, the file. It is read as a whole, as only a small one can be.

export interface ExportOptions {
  readonly pin: string | undefined;
  readonly acceptRetired: boolean;
  readonly now: number;
}

interface OpenedRow {
  /** By name; nothing for a deleted row. */
  readonly values: ReadonlyMap<string, Value | null> | undefined;
  /** Why payloads of the row did not open. */
  readonly refusals: readonly Code[];
}

export type Entry =
  | ({ readonly line: number; readonly table: string; readonly id: string } & OpenedRow)
  | { readonly line: number; readonly code: Code };

export type State = 'complete' | 'truncated' | 'altered';

export async function readExport(
  text: string,
  secret: Secret,
  tables: readonly Table[],
  options: ExportOptions,
) {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const [first = '', ...rest] = lines;
  const header = readFirstLine(first.replace(/^\ufeff/, ''));
  // An empty text is no header, and what it would be in a store is not said here.
  const vault = await openVault(header || refuse('HEADER_MALFORMED'), secret, {
    before: options.pin,
  });
  const read = rest.map(tryLine);
  const end = read.findIndex((line) => line !== undefined && 'mac' in line);
  const entries = read.flatMap((line, i) =>
    i === end ? [] : [entryOf(line, i + 2, vault, tables, options)],
  );
  return { state: stateOf(read, end, lines, vault), entries };
}

function tryLine(line: string): Line | undefined {
  try {
    return readLine(line);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** `end` is the place of the first line that is a last one, after the first line of all. */
function stateOf(
  read: readonly (Line | undefined)[],
  end: number,
  lines: readonly string[],
  { header, vaultKey }: Opened,
): State {
  const last = read[end];
  if (!last || !('mac' in last)) return 'truncated';
  const before = toUtf8(lines.slice(0, end + 1).join('')) ?? refuse('EXPORT_DAMAGED');
  const key = derive('exportMac', vaultKey, header.vaultId);
  const mac = hmac(key, concat(sha256(before), bigEndian(last.rows, 8)));
  const whole = end === read.length - 1 && last.rows === end && equalSecrets(mac, last.mac);
  return whole ? 'complete' : 'altered';
}

function entryOf(
  line: Line | undefined,
  number: number,
  vault: Opened,
  tables: readonly Table[],
  options: ExportOptions,
): Entry {
  if (!line || !('row' in line)) return { line: number, code: 'EXPORT_DAMAGED' };
  const { table: name, row } = line;
  const table = tables.find((each) => each.name === name);
  if (!table) return { line: number, code: 'UNSUPPORTED_VERSION' };
  try {
    const opened = openMerged(row, vault, table, options);
    return { line: number, table: name, id: String(row.id), ...opened };
  } catch (error) {
    if (error instanceof Refusal) return { line: number, code: error.code };
    throw error;
  }
}

const greatestSiblings = 64;

/** All payloads of a row, merged; under one bound set, as all of them are sealed here. */
function openMerged(
  { siblings, ...row }: Row,
  { header, keyset }: Opened,
  table: Table,
  { acceptRetired, now }: ExportOptions,
): OpenedRow {
  const texts = typeof siblings === 'string' && siblings !== '' ? siblings.split(' ') : [];
  const merged = texts.slice(0, greatestSiblings);
  const versions = [row, ...merged.map((text) => ({ ...row, payload: payloadOf(text, table) }))];
  const refusals: Code[] = [];
  const opened = versions.flatMap((version) => {
    try {
      const asked = { forValues: false, acceptRetired, now };
      const each = openRow(header.vaultId, keyset.dataKeys, table, version, asked);
      return [{ ...each, ...each.envelope }];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(error.code);
      return [];
    }
  });
  if (texts.length > greatestSiblings) refusals.push('LIMIT_EXCEEDED');
  if (typeof (siblings ?? '') !== 'string') refusals.push('ROW_MALFORMED');
  const [first, ...others] = opened;
  if (!first) return refuse(refusals[0] ?? 'ROW_AUTH_FAILED');
  const payload = others.reduce((merged, each) => merge(merged, each.payload), first.payload);
  const { bound } = others.reduce(boundColumnsFrom, first);
  const { values } = readColumns(table, payload, bound);
  return { values: isDeleted(payload) ? undefined : values, refusals };
}

const payloadOf = (text: string, table: Table): unknown =>
  table.payload === 'text' ? text : fromBase64url(text, 'NOT_ENCRYPTED');
