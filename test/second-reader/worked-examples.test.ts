import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { argon2id } from './argon2id.js';
import { concat, fromHex, toBase64url, toHex } from './bytes.js';
import { fingerprint, headerHash, parseHeader } from './header.js';
import { type Opened, openVault } from './opening.js';
import { preparePassword } from './password.js';
import { paddedLength, parsePayload, writePayload } from './payload.js';
import { derive, openSealed } from './primitives.js';
import { parseRecoveryKey, recoveryKeyText } from './recovery-key.js';
import { openRow } from './row.js';
import { slotAssociatedData, slotTypes } from './slot.js';
import { columnId, type Table } from './table.js';
import { decodeValue, encodeValue, isValueType } from './value.js';

// Every example of the document, computed from the ones before it.

const document = readFileSync(new URL('../../docs/format.md', import.meta.url), 'utf8');

const fences = new Map(
  [...document.matchAll(/^```text ([a-z-]+)\n(.*?)^```$/gms)].map(([, name = '', body = '']) => [
    name,
    body,
  ]),
);

/** The rows of the table whose first row is this. */
function tableBelow(head: string): string[][] {
  const [, rest = ''] = document.split(`${head}\n`);
  const [rows = ''] = rest.split('\n\n');
  const lines = rows.split('\n').slice(1);
  return lines.map((line) => line.slice(2, -2).split(' | '));
}

function fence(name: string): string {
  const body = fences.get(name);
  if (body === undefined) throw new Error(`the document has no example ${name}`);
  return body.replaceAll('\n', '');
}

const bytesOf = (name: string): Uint8Array => fromHex(fence(name));

const uncoded = (cell = ''): string => cell.replaceAll('`', '');

describe('the small tables', () => {
  test.each(tableBelow('| password as JSON text | bytes |'))('%s gives %s', (json, bytes) => {
    expect(toHex(preparePassword(JSON.parse(uncoded(json))))).toBe(uncoded(bytes));
  });

  test.each(tableBelow('| type | value | encoding |'))(
    '%s %s gives %s',
    (type = '', json, bytes) => {
      if (!isValueType(type)) throw new Error(`no type ${type}`);
      const value = written(type, uncoded(json));
      expect(toHex(encodeValue(type, value).value)).toBe(uncoded(bytes));
      expect(decodeValue(type, fromHex(uncoded(bytes)))).toBe(value);
    },
  );

  test.each(tableBelow('| length | padded, floor 256 |'))(
    '%s is padded to %s',
    (length, padded) => {
      expect(paddedLength(numberOf(length), 256)).toBe(numberOf(padded));
    },
  );

  test('recovery key', () => {
    expect(recoveryKeyText(bytesOf('recovery-secret'))).toBe(fence('recovery-text'));
    expect(toHex(parseRecoveryKey(fence('recovery-text')))).toBe(fence('recovery-secret'));
  });

  test('column ids', () => {
    const lines = (fences.get('column-id') ?? '').trim().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      const [, type = '', name = '', id] = /type (\w+), stored name (\w+): (\w+)$/.exec(line) ?? [];
      if (!isValueType(type)) throw new Error(`no type ${type}`);
      expect(toHex(columnId(type, name))).toBe(id);
    }
  });
});

const numberOf = (cell = ''): number => Number(cell.replaceAll(',', ''));

/** The document writes bigints as numbers, times as dates and JSON in any order of names. */
function written(type: string, cell: string): string | number | boolean {
  if (type === 'bigint') return cell;
  if (type === 'json') return JSON.stringify(JSON.parse(cell));
  return type === 'timestamp' ? Date.parse(JSON.parse(cell)) : JSON.parse(cell);
}

describe('the vault header', () => {
  const password = 'correct horse battery staple';
  const header = parseHeader(toBase64url(bytesOf('vault-header')));
  const vaultId = bytesOf('vault-id');
  const expectOpened = ({ vaultKey, keyset }: Opened) => {
    expect(toHex(vaultKey)).toBe(fence('vault-key'));
    expect(keyset.dataKeys.map(({ id, status }) => [toHex(id), status])).toEqual([
      [fence('key-id'), 'primary'],
    ]);
    expect(keyset.earlierVaultKeys).toEqual([]);
  };

  test('opens with the password', async () => {
    expectOpened(await openVault(toBase64url(header.bytes), { password }));
  });

  test('opens with the recovery key', async () => {
    const recoveryKey = fence('recovery-key');
    expectOpened(await openVault(toBase64url(header.bytes), { recoveryKey }));
  });

  test('gives what stands in it', async () => {
    const [passwordSlot, recoverySlot] = header.slots;
    if (!passwordSlot?.parts?.costs || !recoverySlot?.parts) throw new Error('two slots');
    expect([passwordSlot.type, recoverySlot.type]).toEqual([
      slotTypes.password,
      slotTypes.recoveryKey,
    ]);
    expect(header.epoch).toBe(1);
    expect(toHex(header.vaultId)).toBe(fence('vault-id'));
    expect(toHex(slotAssociatedData(vaultId, passwordSlot, passwordSlot.parts))).toBe(
      fence('password-slot-associated-data'),
    );
    const { salt, costs } = passwordSlot.parts;
    expect(toHex(await argon2id(preparePassword(password), salt, costs))).toBe(
      fence('password-kek'),
    );
    const recoveryKey = parseRecoveryKey(fence('recovery-key'));
    expect(toHex(derive('recoverySlot', recoveryKey, recoverySlot.parts.salt))).toBe(
      fence('recovery-kek'),
    );
  });

  test('gives the keys', () => {
    const vaultKey = bytesOf('vault-key');
    expect(toHex(derive('vaultKeyId', vaultKey, vaultId))).toBe(fence('vault-key-id'));
    expect(toHex(header.vaultKeyId)).toBe(fence('vault-key-id'));
    expect(toHex(derive('headerMac', vaultKey, vaultId))).toBe(fence('header-mac-key'));
    expect(toHex(derive('keysetWrap', vaultKey, vaultId))).toBe(fence('keyset-key'));
    const { keysetNonce, sealedKeyset, keysetAssociatedData } = header;
    const opened = openSealed(
      bytesOf('keyset-key'),
      keysetNonce,
      sealedKeyset,
      keysetAssociatedData,
    );
    expect(toHex(opened ?? new Uint8Array())).toBe(fence('keyset'));
    expect(toHex(headerHash(header))).toBe(fence('header-hash'));
    expect(fingerprint(header)).toBe(fence('fingerprint'));
  });
});

describe('the sealed row', () => {
  const notes: Table = {
    name: 'notes',
    payload: 'text',
    columns: [
      { name: 'body', type: 'text', kind: 'encrypted', presence: 'required' },
      { name: 'stars', type: 'integer', kind: 'encrypted', presence: 'optional' },
      { name: 'folder', type: 'text', kind: 'mirrored', presence: 'required' },
      { name: 'owner', type: 'text', kind: 'bound', presence: 'required' },
    ],
    boundSets: [['owner']],
  };
  const writtenAt = Date.parse('2026-01-02T03:04:05.678Z');

  test('opens', async () => {
    const header = toBase64url(bytesOf('vault-header'));
    const { keyset } = await openVault(header, { recoveryKey: fence('recovery-key') });
    const vaultId = bytesOf('vault-id');
    const served = { id: 'n1', folder: 'inbox', owner: 'ada', payload: fence('envelope-text') };
    const asked = { forValues: true, acceptRetired: false, now: writtenAt };
    const row = openRow(vaultId, keyset.dataKeys, notes, served, asked);
    expect(Object.fromEntries(row.values ?? [])).toEqual({
      body: 'hello',
      folder: 'inbox',
      owner: 'ada',
    });
    expect(row.findings).toEqual([]);
    expect(row.unknownColumns).toEqual([]);
    expect(toHex(row.envelope.keyId)).toBe(fence('key-id'));
    expect(toHex(row.associatedData)).toBe(fence('row-associated-data'));
    expect(toHex(row.payloadBytes)).toBe(fence('payload'));
    expect(toHex(concat(row.envelope.prefix, row.envelope.sealed))).toBe(fence('envelope'));
    const [dataKey] = keyset.dataKeys;
    expect(toHex(derive('rowKey', dataKey?.key ?? new Uint8Array(), vaultId))).toBe(
      fence('row-key'),
    );
  });

  test('has a payload that is written as it was read', () => {
    const payload = parsePayload(bytesOf('payload'));
    const { length } = bytesOf('payload');
    expect(length).toBe(paddedLength(length - payload.paddingLength, 64));
    const padding = new Uint8Array(payload.paddingLength);
    expect(toHex(concat(writePayload(payload), padding))).toBe(fence('payload'));
  });

  test('has this text', () => {
    expect(toBase64url(bytesOf('envelope'))).toBe(fence('envelope-text'));
  });
});

test('no example is left out', () => {
  const source = readFileSync(import.meta.filename, 'utf8');
  expect([...fences.keys()].filter((name) => !source.includes(`'${name}'`))).toEqual([]);
});
