import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMAT_BYTE } from '../../src/bytes/format-bytes.js';
import { assertKdfBounds, KDF_POLICY } from '../../src/crypto/kdf.js';
import { LABEL } from '../../src/crypto/labels.js';
import { paddedLength } from '../../src/crypto/padding.js';
import { type KeySlot, makeSlot } from '../../src/keys/key-slot.js';
import { encodeKeyset, type KeyStatus, makeDataKey } from '../../src/keys/keyset.js';
import { preparePassword } from '../../src/keys/password.js';
import { formatRecoveryKey, parseRecoveryKey } from '../../src/keys/recovery-key.js';
import * as codecs from '../../src/rows/value-codecs.js';
import { block, code, lines, namedCodes, number, table } from './format-document.js';
import { LIMITS } from './format-limits.js';
import { notes } from './format-row.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const VALUE_CODECS = [
  codecs.textCodec,
  codecs.integerCodec,
  codecs.bigintCodec,
  codecs.decimalCodec,
  codecs.realCodec,
  codecs.booleanCodec,
  codecs.bytesCodec,
  codecs.dateCodec,
  codecs.timestampCodec,
  codecs.jsonCodec,
];

describe('docs/format.md says of keys', () => {
  it('every label, and no other', () => {
    const rows = table('output', 'input key', 'salt', 'label');
    const stated = rows.map(([output = '', , , label]) => [output.split(':')[0], code(label)]);
    expect(Object.fromEntries(stated)).toEqual(LABEL);
  });

  it('every first byte', () => {
    const stated = table('format', 'first byte').map(([name, byte]) => [name, number(byte)]);
    expect(Object.fromEntries(stated)).toEqual(FORMAT_BYTE);
  });

  it('the costs that are written, and where the accepted ones end', () => {
    const names = ['memoryKiB', 'passes', 'lanes'] as const;
    const rows = table(
      'parameter',
      'written by this version',
      'least accepted',
      'greatest accepted',
    );
    const [written, least, greatest] = [1, 2, 3].map((column) =>
      rows.map((row) => number(row[column])),
    );
    const costs = { memoryKiB: 65_536, passes: 3, lanes: 1 };
    expect(names.map((name) => KDF_POLICY[name])).toEqual(written?.slice(0, 3));
    expect(written?.[3]).toBe(KDF_POLICY.memoryKiB * KDF_POLICY.passes);
    expect(least?.[3]).toBe((least?.[0] as number) * (least?.[1] as number));
    const work = greatest?.[3] as number;
    assertKdfBounds({ ...costs, memoryKiB: least?.[0] as number });
    assertKdfBounds({
      memoryKiB: work / 2,
      passes: least?.[1] as number,
      lanes: greatest?.[2] as number,
    });
    assertKdfBounds({ ...costs, passes: greatest?.[1] as number });
    const refused = [
      { ...costs, memoryKiB: (least?.[0] as number) - 1 },
      { ...costs, passes: (least?.[1] as number) - 1 },
      { ...costs, passes: (greatest?.[1] as number) + 1 },
      { ...costs, lanes: (least?.[2] as number) - 1 },
      { ...costs, lanes: (greatest?.[2] as number) + 1 },
      { ...costs, memoryKiB: work / 2 + 1, passes: 2 },
    ];
    for (const each of refused) expect(() => assertKdfBounds(each), JSON.stringify(each)).toThrow();
  });

  it('slot types and key statuses', () => {
    const nothing = new Uint8Array(0);
    for (const [type, byte] of table('slot type', 'type byte', 'opened by')) {
      const content = { type, info: nothing, costs: null, salt: nothing, commitment: nothing };
      const slot = makeSlot(nothing, { ...content, nonce: nothing, wrappedKey: nothing } as never);
      expect((slot as KeySlot).typeByte).toBe(number(byte));
    }
    for (const [status, byte] of table('key status', 'byte', 'meaning')) {
      const dek = makeDataKey(
        new Uint8Array(16),
        new Uint8Array(32) as never,
        status as KeyStatus,
        null,
      );
      expect(encodeKeyset({ dataKeys: [dek], earlierVaultKeys: [] })[35]).toBe(number(byte));
    }
  });

  it('how passwords are prepared', () => {
    const rows = table('password as JSON text', 'bytes');
    expect(rows.length).toBeGreaterThan(2);
    for (const [password, bytes] of rows) {
      expect(hex(preparePassword(JSON.parse(code(password)) as string))).toBe(code(bytes));
    }
  });

  it('how recovery keys are written', () => {
    const secret = bytesOf(block('recovery-secret'));
    expect(formatRecoveryKey(secret)).toBe(block('recovery-text'));
    expect(parseRecoveryKey(block('recovery-text'))).toEqual(secret);
  });
});

describe('docs/format.md says of rows', () => {
  it('every value tag', () => {
    const stated = table('type', 'tag', 'bytes').map(([type, tag]) => [type, number(tag)]);
    const built = VALUE_CODECS.map(({ name, tag }) => [name, tag]);
    const none = [
      ['absent', codecs.ABSENT_TAG],
      ['null', codecs.NULL_TAG],
    ];
    expect(stated).toEqual([...none, ...built]);
    expect(Object.values(codecs).filter((each) => typeof each === 'object').length).toBe(
      built.length,
    );
  });

  it.each(table('type', 'value', 'encoding'))('the encoding of %s %s', (type, value, encoding) => {
    const codec = VALUE_CODECS.find(({ name }) => name === type) as codecs.ValueCodec;
    const decoded = readValue(codec.name, code(value));
    expect(hex(codec.encode(decoded) as Uint8Array)).toBe(code(encoding));
    expect(codec.decode(bytesOf(code(encoding)))).toEqual(decoded);
  });

  it('column ids', () => {
    for (const [i, { id, codec, name }] of notes.layout.columns.entries()) {
      const stated = `table notes, type ${codec.name}, stored name ${name}: `;
      expect(lines('column-id')[i]).toBe(stated + id.toString(16).padStart(8, '0'));
    }
  });

  it('padded lengths', () => {
    for (const [length, padded] of table('length', 'padded, floor 256')) {
      expect(paddedLength(number(length), { floor: 256 })).toBe(number(padded));
    }
  });
});

describe('docs/format.md', () => {
  it('states every limit', () => {
    const rows = table('limit', 'value', 'refused with');
    expect(rows.map(([name]) => name)).toEqual(Object.keys(LIMITS));
    for (const [name = '', value] of rows) LIMITS[name]?.(number(value));
  });

  it('names only codes that exist', () => {
    const errors = readFileSync(
      resolve(import.meta.dirname, '../../src/errors/error-code.ts'),
      'utf8',
    );
    for (const each of namedCodes) expect(errors).toContain(`| '${each}'`);
  });
});

function readValue(type: string, text: string): unknown {
  if (type === 'bigint') return BigInt(text);
  const value = JSON.parse(text) as unknown;
  return type === 'timestamp' ? new Date(value as string) : value;
}
