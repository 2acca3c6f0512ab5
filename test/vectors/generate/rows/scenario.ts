/** One file of `rows`. */
import { hex, named } from '../bytes.js';
import { type Fields, type Hold, holds, type Json, type Scenario } from '../vector-file.js';
import { DEK, VAULT_ID } from '../worlds.js';
import { AT_HEX, envelopeText, insides, NOTES, type Sealing, served } from './notes.js';

export interface NamedScenario {
  readonly name: string;
  readonly scenario: Scenario;
}

/** What a vector of a row is made of; what is not told is as in the row of the document. */
export interface RowVector {
  readonly comment: string;
  readonly holds: readonly (Hold & Fields)[];
  readonly keys?: Json;
  readonly table?: Fields;
  readonly sealing?: Sealing;
  /** What the server changed. */
  readonly serve?: Fields;
  /** In place of the sealed payload, or `undefined` for none at all. */
  readonly payload?: Json | undefined;
  readonly acceptRetired?: boolean;
  readonly ask?: 'values' | 'details';
  readonly now?: number;
}

export const KEYS: Json = [{ dek: hex(DEK), status: 'primary' }];

function inputs(name: string, vector: RowVector): Fields {
  const { keys = KEYS, table = NOTES, serve, acceptRetired, ask = 'values', now } = vector;
  const payload = 'payload' in vector ? vector.payload : envelopeText(sealingOf(name, vector));
  return {
    vaultId: hex(VAULT_ID),
    keys,
    table,
    row: served(payload, serve),
    ask,
    acceptRetired,
    now,
  };
}

function sealingOf(name: string, { sealing }: RowVector): Sealing {
  return { nonce: named(`nonce of ${name}`, 24), ...sealing };
}

/** `check` is the number of the check in section 13's table. */
export function refusedRow(
  name: string,
  expect: string,
  check: number,
  vector: RowVector,
): NamedScenario {
  const { comment, holds: held } = vector;
  return { name, scenario: { comment, holds: held, ...inputs(name, vector), expect, check } };
}

const ROW = { id: 'n1', body: 'hello', stars: 5, folder: 'inbox', owner: 'ada' };
const stampsOf = (row: Fields | null): Fields =>
  Object.fromEntries(
    Object.keys(row ?? {})
      .filter((name) => name !== 'id')
      .map((name) => [name, AT_HEX]),
  );

/** `opened` is what differs from the row of the document, inserted and never edited. */
export function openedRow(name: string, vector: RowVector, opened: Fields = {}): NamedScenario {
  const { comment, holds: held } = vector;
  const row = 'row' in opened ? (opened.row as Fields | null) : ROW;
  const expected = {
    row,
    life: 1,
    lifeStamp: AT_HEX,
    stamps: stampsOf(row),
    extensions: [],
    unknownColumns: [],
    findings: [],
    ...opened,
    ...insides(sealingOf(name, vector)),
  };
  const all = { ...inputs(name, vector), expect: 'success', opened: expected };
  return { name, scenario: { comment, holds: held, ...all } };
}

/** A row that this package sealed, as it stands on the server. */
export function servedRow(
  name: string,
  inputs: Fields,
  opened: Fields,
  { comment, holds: held }: Pick<RowVector, 'comment' | 'holds'>,
): NamedScenario {
  const all = { ...inputs, ask: 'details', expect: 'success', opened };
  return { name, scenario: { comment, holds: held, ...all } };
}

/** Rows of section 13's table, by their number. */
export const CHECKS = {
  1: holds(
    '13',
    '| 1 | the payload column holds text (or bytes, in a binary column) | `NOT_ENCRYPTED` |',
  ),
  2: holds('13', '| 2 | at most 58 + 1,048,576 + 16 bytes | `LIMIT_EXCEEDED` |'),
  3: holds(
    '13',
    '| 3 | text: the first four characters, or all if there are fewer, are base64url of at least one byte | `NOT_ENCRYPTED` |',
  ),
  future: holds(
    '13',
    '| 4 | first byte: a byte of 0x01–0x1f that section 2 does not assign, in at least 74 bytes of strict base64url | `UNSUPPORTED_VERSION` |',
  ),
  otherFormat: holds('13', '| 4 | first byte: that of another format | `ROW_MALFORMED` |'),
  noFormat: holds('13', '| 4 | first byte: anything else but 0x01 | `NOT_ENCRYPTED` |'),
  5: holds('13', '| 5 | strict base64url; at least 74 bytes | `ROW_MALFORMED` |'),
  6: holds('13', '| 6 | the keyset holds a DEK with the key id | `UNKNOWN_KEY` |'),
  7: holds('13', '| 7 | the row id is well-formed text | `ROW_AUTH_FAILED` |'),
  8: holds('13', '| 8 | the table has a bound set of that number | `UNSUPPORTED_VERSION` |'),
  9: holds('13', '| 9 | each bound column has a value | `ROW_AUTH_FAILED` |'),
  10: holds('13', '| 10 | the tag | `ROW_AUTH_FAILED` |'),
  11: holds('13', '| 11 | the rules of section 11 | `ROW_MALFORMED`, `UNSUPPORTED_VERSION` |'),
  12: holds(
    '13',
    "| 12 | under a revoked DEK: no stamp is later than the DEK's (as bytes), unless the app accepts it | `KEY_RETIRED` |",
  ),
  13: holds('13', '| 13 | a living row, where the app asked for its values | `ROW_DELETED` |'),
  14: holds(
    '13',
    "| 14 | each declared column has its type's tag and a canonical value | `ROW_MALFORMED` |",
  ),
} as const;
