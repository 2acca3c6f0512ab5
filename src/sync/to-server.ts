/**
 * The last look at what leaves the device: an entry of the upload queue becomes a write for the
 * app's server, or is refused.
 *
 * A schema can be wrong, and code can write to a synced table what belongs in the plaintext one. So
 * nothing here trusts the queue: only an envelope, the ids of payloads and declared visible columns
 * pass.
 */
import { assertOptions, RowsealError } from '../errors.js';
import { parseEnvelope } from '../rows/envelope.js';
import type { LayoutColumn, Table } from '../rows/table.js';
import { assertGiven, assertTables } from './arguments.js';
import { sealedName } from './sealed-name.js';

/** An entry of a sync engine's upload queue: PowerSync's `CrudEntry`, as far as it is read. */
export interface UploadEntry {
  /** `PUT`, `PATCH` or `DELETE`. */
  readonly op: string;
  /** The synced table's name. */
  readonly table: string;
  /** The row's id; text of 1 to 256 bytes in a sealed table. */
  readonly id: string;
  /** The columns that were written; a `PUT` leaves out those that are NULL. */
  readonly opData?: Readonly<Record<string, unknown>> | undefined;
  /** What the columns held before, where the table tracks that. */
  readonly previousValues?: Readonly<Record<string, unknown>> | undefined;
  /** What the app noted about the write, where the table tracks that. */
  readonly metadata?: string | undefined;
}

/** A write for the app's server: plain data, ready to become JSON. */
export interface UploadWrite {
  /** `PUT` is an upsert of the columns in `data`, which is all there are in a sealed table. */
  readonly op: 'PUT' | 'PATCH' | 'DELETE';
  /** The table's name on the server. */
  readonly table: string;
  /** The row's id; text of 1 to 256 bytes in a sealed table. */
  readonly id: string;
  /** By column; `null` for a delete. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** As the entry has it; never for a sealed table. */
  readonly previousValues?: Readonly<Record<string, unknown>>;
  /** As the entry has it; never for a sealed table. */
  readonly metadata?: string;
}

/** Options of {@link toServer}. */
export interface ToServerOptions {
  /** As given to `startMirror`; `'sealed'` unless told. */
  readonly deletes?: 'sealed' | 'engine' | undefined;
}

/**
 * Turns an entry of the upload queue into a write for your server.
 *
 * A `PUT` of a sealed row gets the NULLs that PowerSync leaves out, so that a plain upsert stores
 * the whole row; booleans become `true` and `false`. Only the payload, `parents` and columns that
 * are declared visible are in it: not what the server owns or writes, not what an earlier version of
 * the app showed, and neither `previousValues` nor `metadata`, where an app may have noted
 * plaintext. Tables that are not declared here pass as they are.
 *
 * Returns `null` for what must not be sent: a `DELETE` of a sealed row, unless `deletes` is
 * `'engine'`. Deletes are payloads; a `DELETE` comes from code that cleared the local table, and
 * would take the row away from every device. Sync brings the local row back.
 *
 * It looks at one entry and at nothing else: `uploadWith` also holds back what is sealed under a key that
 * the vault has replaced, until the mirror has sealed it again. Uploads by hand may send it, and a device
 * that knows of a `rekeyVault` refuses such a row as `KEY_RETIRED` if it is younger than that; the mirror
 * sends it once more, under the new key.
 *
 * @throws `EXPOSURE_REFUSED` for an entry of a plaintext table, a sealed row whose payload is no
 * envelope or whose parents are no payload ids, or a `PATCH` of a column that is not visible;
 * `TypeError` for what is no entry, and for no tables or other ones than `defineTable` makes.
 *
 * @example
 * ```ts
 * import { cleartext, defineTable, encrypted, encryptRow } from 'rowseal';
 * import { toServer } from 'rowseal/powersync';
 * import { vaultForTesting } from 'rowseal/testing';
 *
 * const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text().optional() });
 * const { payload } = encryptRow(vaultForTesting('docs').vault, notes, { id: 'n1', body: 'hello' });
 * const entry = { op: 'PUT', table: 'notes_sealed', id: 'n1', opData: { payload } };
 * const write = toServer(entry, [notes]);
 * console.assert(write?.data?.folder === null && write.data.parents === '');
 * ```
 */
export function toServer(
  entry: UploadEntry,
  tables: readonly Table[],
  options: ToServerOptions = {},
): UploadWrite | null {
  assertOptions(options, ['deletes'], 'toServer');
  assertGiven(typeof entry?.op === 'string', 'an UploadEntry');
  assertTables(tables);
  const { op, table: name, id } = entry;
  const plain = tables.find((each) => each.name === name);
  if (plain) exposed(plain, 'the plaintext table is synced');
  const table = tables.find((each) => sealedName(each) === name);
  if (!table) return unknownToUs(entry);
  if (op === 'DELETE') {
    return options.deletes === 'engine' ? { op, table: name, id, data: null } : null;
  }
  const data = sealedData(table, entry);
  return data && { op: op as UploadWrite['op'], table: name, id, data };
}

/** The declared table behind the name of a sealed one. */
export function tableBehind(name: string, tables: readonly Table[]): Table | undefined {
  return tables.find((table) => sealedName(table) === name);
}

/** The payload of an entry that is sealed, under whatever key; `null` for any other. */
export function sealedPayloadOf({ opData }: UploadEntry): string | null {
  const payload = opData?.payload;
  return isEnvelope(payload) ? payload : null;
}

function unknownToUs({
  op,
  table,
  id,
  opData,
  previousValues,
  metadata,
}: UploadEntry): UploadWrite {
  return {
    op: op as UploadWrite['op'],
    table,
    id,
    data: opData ?? null,
    ...(previousValues !== undefined && { previousValues }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** What a sealed row shows the server, and nothing else; `null` when nothing is left of a change. */
function sealedData(
  table: Table,
  { op, opData = {} }: UploadEntry,
): Record<string, unknown> | null {
  const sent = Object.entries(opData).flatMap(([name, value]) =>
    sentColumn(table, op, name, value),
  );
  const data = Object.fromEntries(sent);
  if (op === 'PUT' || Object.hasOwn(data, 'payload')) assertEnvelope(table, data.payload);
  if (op === 'PUT') return { ...nothingVisible(table), parents: '', ...data };
  return sent.length > 0 ? data : null;
}

type SentColumn = readonly [name: string, value: unknown];

/**
 * A column as it is sent; empty for one that is not.
 *
 * A whole row has everything in its payload, so a column that an earlier version of the app showed
 * is left out. The mirror writes whole rows only: a change that names such a column is a mistake.
 */
function sentColumn(table: Table, op: string, name: string, value: unknown): readonly SentColumn[] {
  if (name === 'siblings') return [];
  if (name === 'payload') return [[name, value]];
  if (name === 'parents') return [[name, payloadIds(table, value)]];
  const column = table.layout.columns.find((each) => each.name === name);
  if (column?.kind === 'server-owned') return [];
  if (column && column.kind !== 'encrypted') return [[name, serverValue(column, value)]];
  return op === 'PUT' ? [] : exposed(table, `there is no visible column '${name}'`);
}

function nothingVisible({ layout }: Table): Record<string, unknown> {
  return Object.fromEntries(layout.visible.map(({ name }) => [name, null]));
}

/** SQLite has no booleans. */
function serverValue({ codec }: LayoutColumn, value: unknown): unknown {
  return codec.name === 'boolean' && (value === 0 || value === 1) ? value === 1 : value;
}

const PAYLOAD_IDS = /^([A-Za-z0-9_-]{32}( [A-Za-z0-9_-]{32})*)?$/;

function payloadIds(table: Table, value: unknown): string {
  const ids = value ?? '';
  if (typeof ids === 'string' && PAYLOAD_IDS.test(ids)) return ids;
  return exposed(table, "'parents' has something else than payload ids");
}

function assertEnvelope(table: Table, payload: unknown): void {
  if (!isEnvelope(payload)) exposed(table, "'payload' has no sealed payload");
}

function isEnvelope(payload: unknown): payload is string {
  try {
    parseEnvelope(payload, 'text');
    return true;
  } catch {
    return false;
  }
}

function exposed(table: Table, why: string): never {
  throw new RowsealError(
    'EXPOSURE_REFUSED',
    `Not sent, since the server could see what is encrypted: ${why}. Write to '${table.name}', not to '${sealedName(table)}', in a schema from encryptedTables; onExposure of uploadWith takes what is queued.`,
  );
}
