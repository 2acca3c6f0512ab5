import { toUtf8 } from './bytes.js';
import { sha256 } from './primitives.js';
import { demand, refuse } from './refusal.js';
import { type Encoded, encodeValue, nullValue, type Value, type ValueType } from './value.js';

// Section 9, and from section 12 "Values as the server gives them".

export interface Table {
  /** The stored name. */
  readonly name: string;
  readonly payload: 'text' | 'bytes';
  readonly columns: readonly Column[];
  /** Names of columns, by number; the last set is the current one. */
  readonly boundSets: readonly (readonly string[])[];
}

export interface Column {
  readonly name: string;
  readonly storedName?: string;
  readonly type: ValueType;
  readonly kind: 'encrypted' | 'mirrored' | 'bound' | 'server-owned';
  readonly presence: Presence;
  readonly default?: Value;
}

export type Presence = 'required' | 'optional' | 'nullable';

export function columnId(type: ValueType, storedName: string): Uint8Array {
  const name = utf8Of(storedName);
  return sha256(utf8Of(`rowseal/1 column id\0${type}\0`), name).slice(0, 4);
}

export const idOf = (column: Column): Uint8Array =>
  columnId(column.type, column.storedName ?? column.name);

/** A row id as a writer accepts it. */
export function rowIdBytes(id: string): Uint8Array {
  const bytes = toUtf8(id) ?? refuse('VALUE_UNSUPPORTED');
  demand(bytes.length >= 1 && bytes.length <= 256, 'VALUE_UNSUPPORTED');
  demand(!id.includes('\0'), 'VALUE_UNSUPPORTED');
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  demand(!isUuid || id === id.toLowerCase(), 'VALUE_UNSUPPORTED');
  return bytes;
}

/** What a served value means for the declared column, or nothing where it is no value. */
export function readServed(
  { type, presence }: Pick<Column, 'type' | 'presence'>,
  served: unknown,
): Encoded | undefined {
  if (served === null || served === undefined) {
    return presence === 'required' ? undefined : nullValue;
  }
  const value = servedAs(type, served);
  return value === undefined ? undefined : encodeValue(type, value);
}

function servedAs(type: ValueType, served: unknown): Value | undefined {
  if (type === 'text') return isVisibleText(served) ? served : undefined;
  if (type === 'integer') return safeInteger(served);
  if (type === 'boolean' && typeof served === 'boolean') return served;
  if (type === 'boolean' && (served === 0 || served === 1)) return served === 1;
  return undefined;
}

const isVisibleText = (served: unknown): served is string =>
  typeof served === 'string' && toUtf8(served) !== undefined && !served.includes('\0');

function safeInteger(served: unknown): number | undefined {
  const written = typeof served === 'string' && /^(0|-?[1-9][0-9]{0,15})$/.test(served);
  const value = written || typeof served === 'bigint' ? Number(served) : served;
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? (value as number) : undefined;
}

export function utf8Of(text: string): Uint8Array {
  const bytes = toUtf8(text);
  if (bytes === undefined) throw new TypeError('a name holds a lone surrogate');
  return bytes;
}
