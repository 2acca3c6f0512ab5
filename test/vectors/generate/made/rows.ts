import {
  decryptRowDetails,
  encryptDelete,
  encryptRow,
  mergeRows,
  type RowOf,
  reencryptRow,
  type SealedRowOf,
  type Vault,
} from '../../../../src/index.js';
import { revealSecrets } from '../../../../src/keys/vault.js';
import type { Table } from '../../../../src/rows/table.js';
import { bigEndian } from '../../../support/payload-bytes.js';
import { columnTable } from '../../through-src/column-table.js';
import { fromBase64url, hex, hkdf, join } from '../bytes.js';
import { setClock } from '../fixed-platform.js';
import { open, rowAssociatedData } from '../places.js';
import { ADA, NOTES } from '../rows/notes.js';
import { type NamedScenario, servedRow } from '../rows/scenario.js';
import { type Fields, holds } from '../vector-file.js';
import { type Made, START } from './vaults.js';

const MINUTE = 60_000;
const table = columnTable(NOTES);
const ROW = { id: 'n1', body: 'hello', stars: 5, folder: 'inbox', owner: 'ada' };
type Sealed = SealedRowOf<Table>;
const rowOf = (row: Fields): RowOf<Table> => row as RowOf<Table>;

/** What a row says after one call, and the minutes after its beginning at which it was stamped. */
interface MadeRow {
  readonly name: string;
  readonly comment: string;
  readonly vault: Vault;
  readonly sealed: Sealed;
  readonly row: Fields | null;
  readonly life: number;
  readonly minutes: { readonly life: number } & Readonly<Record<string, number>>;
}

/** Versions of one row, in the order in which they were sealed. */
export interface WrittenRows {
  readonly inserted: Sealed;
  readonly edited: Sealed;
  readonly unset: Sealed;
  readonly merged: Sealed;
  readonly deleted: Sealed;
  readonly again: Sealed;
}

const { stars: _, ...UNRATED } = ROW;

/** Must run before the vault changes: a writer's stamps only rise. */
export function writeRows(vault: Vault): WrittenRows {
  const at = (minutes: number): void => setClock(START + minutes * MINUTE);
  const edit = (row: Fields, previous: Sealed) =>
    encryptRow(vault, table, rowOf(row), { previous });
  at(1);
  const inserted = encryptRow(vault, table, rowOf(ROW));
  at(2);
  const edited = edit({ ...ROW, body: 'hello there' }, inserted);
  at(3);
  const unset = edit({ ...UNRATED, folder: 'trash' }, inserted);
  const merged = mergeRows(vault, table, edited, unset);
  at(4);
  const deleted = encryptDelete(vault, table, merged);
  at(5);
  return { inserted, edited, unset, merged, deleted, again: edit(ROW, deleted) };
}

type Since = MadeRow['minutes'];
const since = (life: number, more: Readonly<Record<string, number>> = {}): Since => ({
  life,
  body: life,
  stars: life,
  folder: life,
  owner: life,
  ...more,
});

function describeRows(rows: WrittenRows, first: Vault, last: Vault): MadeRow[] {
  const row = (
    name: string,
    by: string,
    sealed: Sealed,
    values: Fields | null,
    life: number,
    minutes: Since,
    vault = first,
  ): MadeRow => ({
    name,
    comment: `made by ${by} of this package`,
    vault,
    sealed,
    row: values,
    life,
    minutes,
  });
  const edited = { ...ROW, body: 'hello there' };
  const merged = { ...UNRATED, body: 'hello there', folder: 'trash' };
  const mergedSince = since(1, { body: 2, stars: 3, folder: 3 });
  const resealed = reencryptRow(last, table, rows.merged);
  return [
    row('inserted', 'encryptRow', rows.inserted, ROW, 1, since(1)),
    row('edited', 'encryptRow with a previous row', rows.edited, edited, 1, since(1, { body: 2 })),
    row(
      'unset',
      'encryptRow without an optional value',
      rows.unset,
      { ...UNRATED, folder: 'trash' },
      1,
      since(1, { stars: 3, folder: 3 }),
    ),
    row('merged', 'mergeRows', rows.merged, merged, 1, mergedSince),
    row('deleted', 'encryptDelete', rows.deleted, null, 2, { life: 4, owner: 4 }),
    row('inserted-again', 'encryptRow after a delete', rows.again, ROW, 3, since(5)),
    row(
      'of-revoked-key',
      'encryptRow before the DEK was revoked',
      rows.edited,
      edited,
      1,
      since(1, { body: 2 }),
      last,
    ),
    row('resealed', 'reencryptRow under a later DEK', resealed, merged, 1, mergedSince, last),
  ];
}

function keysOf(vault: Vault): Fields[] {
  return revealSecrets(vault).dataKeys.map(({ dek, status, retiredAt }) => ({
    dek: hex(dek),
    status,
    ...(retiredAt && { stamp: hex(retiredAt) }),
  }));
}

/** Envelope, associated data and payload, by libsodium. */
function insidesOf(vault: Vault, { payload }: Sealed): Fields {
  const { dataKeys, header } = revealSecrets(vault);
  const envelope = fromBase64url(payload as string);
  const [keyId, nonce] = [envelope.slice(1, 33), envelope.slice(33, 57)];
  const key = dataKeys.find(({ id }) => hex(id) === hex(keyId));
  const place = { vaultId: header.vaultId, tableId: 'notes', rowId: 'n1', bound: [ADA] };
  const associatedData = rowAssociatedData(envelope.slice(0, 58), place);
  const rowKey = hkdf(key?.dek as Uint8Array, header.vaultId, 'rowseal/1 row key');
  return {
    keyId: hex(keyId),
    payloadId: hex(nonce),
    boundSet: envelope[57] as number,
    associatedData: hex(associatedData),
    payload: hex(open(rowKey, nonce, envelope.slice(58), associatedData)),
  };
}

export function madeRows(history: readonly Made[], written: WrittenRows): NamedScenario[] {
  const [first, last] = [history[0]?.vault as Vault, history.at(-1)?.vault as Vault];
  const { lifeStamp } = decryptRowDetails(first, table, written.inserted);
  const writer = fromBase64url(lifeStamp.writer);
  const stampAt = (minutes: number): string =>
    hex(join(bigEndian(START + minutes * MINUTE, 6), [0, 0], writer));
  const rows = describeRows(written, first, last);
  return rows.map(({ name, comment, vault, sealed, row, life, minutes }) => {
    const { life: inserted, ...columns } = minutes;
    const stamps = Object.entries(columns).map(([column, at]) => [column, stampAt(at)]);
    const opened = {
      row,
      life,
      lifeStamp: stampAt(inserted),
      stamps: Object.fromEntries(stamps),
      extensions: [],
      unknownColumns: [],
      findings: [],
      ...insidesOf(vault, sealed),
    };
    const vaultId = hex(revealSecrets(vault).header.vaultId);
    const inputs = { vaultId, keys: keysOf(vault), table: NOTES, row: { ...sealed } };
    const held = holds(
      '14',
      'Every write draws a new nonce and uses the primary DEK and the current bound set.',
    );
    return servedRow(`made-${name}`, inputs as Fields, opened, { comment, holds: held });
  });
}
