/** For each limit in docs/format.md, a check that the number stated there is the package's. */
import { expect } from 'vitest';
import { EXTENSION_LIMIT } from '../../src/bytes/extension-list.js';
import { STAMP_TIME_LIMIT } from '../../src/bytes/stamp.js';
import { cleartext, defineTable, encrypted, type Vault } from '../../src/index.js';
import { INFO_LIMIT } from '../../src/keys/key-slot.js';
import { KEY_COUNT_LIMIT } from '../../src/keys/keyset.js';
import { preparePassword } from '../../src/keys/password.js';
import { deriveKey } from '../../src/keys/vault-facts.js';
import * as header from '../../src/keys/vault-header.js';
import { CLOCK_TOLERANCE_MS } from '../../src/keys/writer-clock.js';
import * as lines from '../../src/recovery/export-line.js';
import { JSON_COMMA_LIMIT } from '../../src/recovery/export-value.js';
import { BIGINT_LENGTH_LIMIT } from '../../src/rows/integer-codec.js';
import { JSON_DEPTH_LIMIT } from '../../src/rows/json-value.js';
import { CELL_LIMIT, PAYLOAD_LENGTH_LIMIT } from '../../src/rows/payload.js';
import { LIFE_LIMIT } from '../../src/rows/row-content.js';
import { encodeRowId } from '../../src/rows/row-values.js';
import { SIBLING_LIMIT } from '../../src/rows/sibling-limit.js';
import { decimalCodec } from '../../src/rows/value-codecs.js';
import { notes } from './format-row.js';

type Check = (stated: number) => void;

const constant =
  (actual: number): Check =>
  (stated) =>
    expect(stated).toBe(actual);

/** The greatest accepted size: one more must be refused. */
const greatest =
  (accept: (size: number) => unknown): Check =>
  (stated) => {
    accept(stated);
    expect(() => accept(stated + 1)).toThrow();
  };

export const LIMITS: Readonly<Record<string, Check>> = {
  'header length': constant(header.HEADER_LENGTH_LIMIT),
  'key slots': constant(header.SLOT_LIMIT),
  'password slots': constant(1),
  'slot info length': constant(INFO_LIMIT),
  predecessors: constant(header.PREDECESSOR_LIMIT),
  epoch: constant(header.EPOCH_LIMIT),
  'keys in a keyset': constant(KEY_COUNT_LIMIT),
  'extensions in a list': constant(EXTENSION_LIMIT),
  'password length': greatest((size) => preparePassword('a'.repeat(size))),
  'app key length': (stated) => {
    // The length is checked before the vault is looked at.
    const refusal = (length: number) => () => deriveKey({} as Vault, 'x', { length });
    expect(refusal(stated)).toThrow(TypeError);
    expect(refusal(stated + 1)).toThrow(RangeError);
  },
  'name length': greatest((size) => defineTable('a'.repeat(size), {})),
  'row id length': greatest((size) => encodeRowId(notes, 'a'.repeat(size))),
  'columns in a payload': constant(CELL_LIMIT),
  'bound sets of a table': greatest((size) =>
    defineTable('t', { a: cleartext.text() }, { earlierBoundSets: Array(size - 1).fill([]) }),
  ),
  'columns in a bound set': greatest((size) =>
    defineTable(
      't',
      Object.fromEntries(
        Array.from({ length: size }, (_, i) => [`c${i}`, cleartext.text().bound()]),
      ),
    ),
  ),
  'payload length': constant(PAYLOAD_LENGTH_LIMIT),
  'life counter': constant(LIFE_LIMIT),
  'stamp milliseconds, exclusive': constant(STAMP_TIME_LIMIT),
  'clock tolerance in ms': constant(CLOCK_TOLERANCE_MS),
  'JSON depth': constant(JSON_DEPTH_LIMIT),
  'bigint length': constant(BIGINT_LENGTH_LIMIT),
  'decimal length': (stated) => {
    expect(decimalCodec.encode('1'.repeat(stated))).not.toBeNull();
    expect(decimalCodec.encode('1'.repeat(stated + 1))).toBeNull();
  },
  'padding floor': greatest((floor) =>
    defineTable('t', { a: encrypted.text() }, { padding: { floor } }),
  ),
  'first line of an export': constant(lines.FIRST_LINE_LIMIT),
  'other lines of an export': constant(lines.LINE_LIMIT),
  'names in a row of an export': greatest((size) => {
    const names = Array.from({ length: size - 1 }, (_, i) => `"c${i}":1`);
    const line = `{"table":"t","row":{"id":"n1",${names.join()}}}`;
    if (lines.parseLine(line) === null) throw new Error('no line');
  }),
  'commas in the JSON of a row of an export': constant(JSON_COMMA_LIMIT),
  'depth of a line of an export': (stated) => {
    const deepest = { table: 't', row: { id: 'n1', a: { bytes: '' } } };
    expect(stated).toBe(3);
    expect(lines.parseLine(JSON.stringify(deepest))).not.toBeNull();
  },
  'siblings opened of a row of an export': constant(SIBLING_LIMIT),
};
