import { afterEach, describe, expect, it, vi } from 'vitest';
import { decryptRow, decryptRowDetails, type SealedRowOf, type Vault } from '../../src/index.js';
import type { AnyRow } from '../../src/rows/row-values.js';
import { openSealedRow } from '../../src/rows/seal-row.js';
import type { Table } from '../../src/rows/table.js';
import { storedVectors } from './stored-vectors.js';
import { columnTable } from './through-src/column-table.js';
import { bytesOf, type Fields, hexOf, refusalOf } from './through-src/reading.js';
import { describeContent, servedOf } from './through-src/rows.js';
import { toJson } from './through-src/values.js';
import { vaultOf } from './through-src/vault-of.js';

interface RowFile {
  readonly comment: string;
  readonly vaultId: string;
  readonly keys: Fields[];
  readonly table: { readonly columns: readonly Fields[] } & Fields;
  readonly row: Fields;
  readonly ask: 'values' | 'details';
  readonly acceptRetired?: boolean;
  readonly now?: number;
  readonly expect: string;
  readonly opened?: Fields;
}

/** 2026-01-02T03:04:05.678Z, when the rows were sealed. */
const SEALED_AT = 1_767_323_045_678;
const parsed = [...storedVectors()]
  .filter(([path]) => path.startsWith('rows/'))
  .map(([path, text]) => [path, JSON.parse(text) as RowFile] as const);

interface Call {
  readonly vault: Vault;
  readonly table: Table;
  readonly sealed: SealedRowOf<Table>;
  readonly options: { readonly acceptRetired?: boolean };
}

async function callOf({ vaultId, keys, table, row, acceptRetired }: RowFile): Promise<Call> {
  const served = Object.entries(row).map(([name, value]) => [name, servedOf(value)]);
  return {
    vault: await vaultOf(bytesOf(vaultId), keys),
    table: columnTable(table),
    sealed: Object.fromEntries(served) as SealedRowOf<Table>,
    options: acceptRetired === undefined ? {} : { acceptRetired },
  };
}

function rowAsJson({ table }: RowFile, row: AnyRow | null): Fields | null {
  if (!row) return null;
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, toJson(types.get(name) ?? 'text', value)]),
  );
}

function stampAsHex(stamp: { time: number; counter: number; writer: string }): string {
  const time = stamp.time.toString(16).padStart(12, '0');
  const writer = Buffer.from(stamp.writer, 'base64url').toString('hex');
  return time + stamp.counter.toString(16).padStart(4, '0') + writer;
}

function openedAsJson(file: RowFile, { vault, table, sealed, options }: Call): Fields {
  const details = decryptRowDetails(vault, table, sealed, options);
  const { content, envelope } = openSealedRow(vault, table, sealed as AnyRow, options);
  const declared = new Set(table.layout.columns.map(({ id }) => id.toString(16).padStart(8, '0')));
  const { columns, extensions } = describeContent(content) as { columns: Fields[] } & Fields;
  const stamps = Object.entries(details.stamps).map(([name, stamp]) => [
    name,
    stamp && stampAsHex(stamp),
  ]);
  return {
    row: rowAsJson(file, details.row),
    life: details.life,
    lifeStamp: stampAsHex(details.lifeStamp),
    stamps: Object.fromEntries(stamps),
    extensions,
    unknownColumns: columns.filter(({ id }) => !declared.has(id as string)),
    findings: details.findings,
    keyId: hexOf(envelope.keyId),
    payloadId: hexOf(envelope.nonce),
    boundSet: envelope.boundSet,
  };
}

afterEach(() => vi.restoreAllMocks());

describe('src opens, or refuses, as the file says', () => {
  it.each(parsed)('%s', async (_, file) => {
    vi.spyOn(Date, 'now').mockReturnValue(file.now ?? SEALED_AT);
    const call = await callOf(file);
    const { vault, table, sealed, options } = call;
    const open = file.ask === 'values' ? decryptRow : decryptRowDetails;
    const refusal = await refusalOf(() => open(vault, table, sealed, options));
    expect(refusal?.code ?? 'success').toBe(file.expect);
    if (file.opened) {
      const { associatedData, payload, ...opened } = file.opened;
      expect(openedAsJson(file, call)).toEqual(opened);
      if (file.ask === 'values') {
        expect(rowAsJson(file, decryptRow(vault, table, sealed, options))).toEqual(opened.row);
      }
    }
  });
});

it('every file that opens says what comes out, and every other one which check refuses it', () => {
  for (const [path, file] of parsed) {
    const names = Object.keys(file);
    expect(names, path).toContain(file.expect === 'success' ? 'opened' : 'check');
  }
});
