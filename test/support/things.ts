import {
  defineTable,
  encrypted,
  encryptRow,
  type SealedRowOf,
  type Vault,
} from '../../src/index.js';
import { columnId, withPayload } from './forged-rows.js';
import { type PayloadParts, payloadBytes } from './payload-bytes.js';

/** A table with a column of every type; each has a default, so that a payload may leave it out. */
export const things = defineTable('things', {
  text: encrypted.text().default(''),
  integer: encrypted.integer().default(0),
  bigint: encrypted.bigint().default(0n),
  decimal: encrypted.decimal().default('0'),
  real: encrypted.real().default(0),
  boolean: encrypted.boolean().default(false),
  bytes: encrypted.bytes().default(new Uint8Array(0)),
  date: encrypted.date().default('2000-01-01'),
  timestamp: encrypted.timestamp().default(new Date(0)),
  json: encrypted.json().default(null),
});
export type ThingColumn = keyof typeof things.columns;

export const EMPTY_THING = {
  id: 'x',
  text: '',
  integer: 0,
  bigint: 0n,
  decimal: '0',
  real: 0,
  boolean: false,
  bytes: new Uint8Array(0),
  date: '2000-01-01',
  timestamp: new Date(0),
  json: null,
};

/** The type tags as the format numbers them. */
export const TAG = {
  text: 2,
  integer: 3,
  bigint: 4,
  decimal: 5,
  real: 6,
  boolean: 7,
  bytes: 8,
  date: 9,
  timestamp: 10,
  json: 11,
} as const satisfies Record<ThingColumn, number>;

export function thingId(name: ThingColumn): number {
  return columnId(things, name);
}

/** A genuine row with a hand-made payload in it, under a valid tag. */
export function forgeThing(vault: Vault, parts: PayloadParts): SealedRowOf<typeof things> {
  const sealed = encryptRow(vault, things, EMPTY_THING);
  return withPayload(vault, things, sealed, payloadBytes(parts));
}
