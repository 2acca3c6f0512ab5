/** Checks 7 and 10: rows that are not where, or not what, they were sealed. */
import { type Bytes, base64url, hex, hkdf, join, named, utf16 } from '../bytes.js';
import { keyIdOf, type Place, prefixOf, rowAssociatedData, seal } from '../places.js';
import { holds, type Json } from '../vector-file.js';
import { DEK, NEXT_DEK, RETIRED_AT, VAULT_ID } from '../worlds.js';
import { boundText, COLUMNS, envelope, inserted, tableOf, textCell } from './notes.js';
import { CHECKS, type NamedScenario, type RowVector, refusedRow } from './scenario.js';

const { body, folder, owner, stars } = COLUMNS;

const BOUND = holds(
  '12',
  '| 58 | the envelope before the ciphertext |',
  '| 16 | vault id |',
  '| sized | table id |',
  '| sized | row id as UTF-8 |',
);

const TWO_KEYS: Json = [
  { dek: hex(NEXT_DEK), status: 'primary' },
  { dek: hex(DEK), status: 'rotated', stamp: hex(RETIRED_AT) },
];

const rowIds = [
  ...(
    [
      ['row-id-number', 'a number in place of the row id', 1],
      ['row-id-null', 'NULL in place of the row id', null],
      ['row-id-missing', 'no row id', undefined],
      ['row-id-empty', 'an empty row id', ''],
      ['row-id-lone-surrogate', 'a row id that is not well-formed', utf16('n1\ud800')],
    ] as const
  ).map(([name, comment, id]) =>
    refusedRow(name, 'ROW_AUTH_FAILED', 7, { comment, holds: CHECKS[7], serve: { id } }),
  ),
  ...(
    [
      ['row-id-257-bytes', 'a row id of 257 bytes', 'r'.repeat(257)],
      ['row-id-258-bytes', 'a row id of 129 characters and 258 bytes', 'é'.repeat(129)],
      ['row-id-empty-sealed', 'an empty row id', ''],
      ['row-id-nul', 'a row id with U+0000', 'n1\0'],
    ] as const
  ).map(([name, comment, id]) =>
    refusedRow(name, 'ROW_AUTH_FAILED', 7, {
      comment: `${comment}, sealed under it by somebody with the DEK`,
      holds: [
        ...CHECKS[7],
        ...holds('13', 'A row id of more than 256 bytes fails check 7.'),
        ...holds(
          '13',
          "So does an empty one, and one with U+0000; the case of a UUID is the writer's alone.",
        ),
      ],
      sealing: { rowId: id },
      serve: { id },
    }),
  ),
  refusedRow('unknown-key-and-no-row-id', 'UNKNOWN_KEY', 6, {
    comment: 'check 6 comes before check 7',
    holds: [...CHECKS[6], ...CHECKS[7]],
    sealing: { dek: named('a DEK of somebody else', 32) },
    serve: { id: null },
  }),
  refusedRow('no-row-id-and-unknown-bound-set', 'ROW_AUTH_FAILED', 7, {
    comment: 'check 7 comes before check 8',
    holds: [...CHECKS[7], ...CHECKS[8]],
    sealing: { boundSet: 1 },
    serve: { id: null },
  }),
];

const moved = (name: string, comment: string, more: Partial<RowVector>): NamedScenario =>
  refusedRow(name, 'ROW_AUTH_FAILED', 10, { comment, holds: [...CHECKS[10], ...BOUND], ...more });

const places = [
  moved('moved-to-another-row', 'the row stands under another row id', { serve: { id: 'n2' } }),
  moved('row-id-case', 'the row id in upper case', { serve: { id: 'N1' } }),
  moved('row-id-space', 'a space after the row id', { serve: { id: 'n1 ' } }),
  moved('row-id-normalised', 'a composed row id for a decomposed one', {
    sealing: { rowId: 'e\u0301' },
    serve: { id: '\u00e9' },
  }),
  moved('moved-to-another-table', 'sealed in another table', { sealing: { tableId: 'secrets' } }),
  moved('table-case', 'sealed in a table whose name differs in case', {
    sealing: { tableId: 'Notes' },
  }),
  moved('moved-between-ids', 'the last letter of the table id begins the row id', {
    sealing: { tableId: 'note', rowId: 'sn1' },
  }),
  moved('moved-to-another-vault', 'sealed in another vault that has the same DEK', {
    payload: base64url(otherVault()),
  }),
  moved('bound-changed', 'the server changed a bound column', { serve: { owner: 'eve' } }),
  moved('bound-emptied', 'the server emptied a bound column', { serve: { owner: '' } }),
  moved('bound-added', 'sealed without the bound column', { sealing: { bound: [] } }),
  moved('bound-of-another-column', 'sealed with another column bound', {
    sealing: { bound: [boundText('author', 'ada')] },
  }),
  moved('relabelled', 'the key id is that of another DEK of the keyset', {
    keys: TWO_KEYS,
    payload: base64url(join([1], keyIdOf(NEXT_DEK, VAULT_ID), envelope().slice(33))),
  }),
  moved('bound-set-relabelled', 'the number of the bound set is that of an equal one', {
    table: tableOf([body, stars, folder, owner], [['owner'], ['owner']]),
    payload: base64url(envelope().map((byte, i) => (i === 57 ? 1 : byte))),
  }),
  moved('group-id-1', 'sealed with group id 1 in the associated data', {
    payload: base64url(withGroupId(1)),
  }),
];

/** Under the row key of this vault, with its key id: only the vault id differs. */
function otherVault(): Bytes {
  return sealedBeside({ vaultId: named('another vault', 16) }, (bytes) => bytes);
}

function withGroupId(groupId: number): Bytes {
  const at = 58 + 16 + 6 + 3;
  return sealedBeside({}, (bytes) => bytes.map((byte, i) => (i === at ? groupId : byte)));
}

function sealedBeside(change: Partial<Place>, alter: (bytes: Bytes) => Bytes): Bytes {
  const nonce = named('nonce of another place', 24);
  const prefix = prefixOf(keyIdOf(DEK, VAULT_ID), nonce, 0);
  const bound = [boundText('owner', 'ada')];
  const place = { vaultId: VAULT_ID, tableId: 'notes', rowId: 'n1', bound, ...change };
  const rowKey = hkdf(DEK, VAULT_ID, 'rowseal/1 row key');
  const associatedData = alter(rowAssociatedData(prefix, place));
  return join(prefix, seal(rowKey, nonce, inserted(), associatedData));
}

const honest = envelope();

const flip = (at: number): Json =>
  base64url(
    honest.map((byte, i) => (i === (at + honest.length) % honest.length ? byte ^ 1 : byte)),
  );

const other = envelope({
  nonce: named('nonce of another row', 24),
  payload: inserted([textCell('body', 'world'), textCell('folder', 'inbox')]),
});

const changed = (
  [
    ['nonce-flipped', 'a bit of the nonce is flipped', flip(33)],
    ['nonce-last-byte-flipped', 'a bit of the last byte of the nonce is flipped', flip(56)],
    ['ciphertext-flipped', 'a bit of the ciphertext is flipped', flip(58)],
    ['ciphertext-last-byte-flipped', 'a bit before the tag is flipped', flip(-17)],
    ['tag-flipped', 'a bit of the tag is flipped', flip(-1)],
    ['one-byte-short', 'the last byte is missing', base64url(honest.slice(0, -1))],
    ['one-byte-long', 'a byte follows the tag', base64url(join(honest, [0]))],
    [
      'only-a-tag',
      'nothing but a tag follows the prefix',
      base64url(join(honest.slice(0, 58), honest.slice(-16))),
    ],
    ['tag-of-zeros', 'the tag is zeros', base64url(join(honest.slice(0, -16), new Uint8Array(16)))],
    [
      'spliced',
      'the prefix of one row and the ciphertext of another',
      base64url(join(honest.slice(0, 58), other.slice(58))),
    ],
    [
      'tag-of-another-row',
      'the tag of another row',
      base64url(join(honest.slice(0, -16), other.slice(-16))),
    ],
  ] as const
).map(([name, comment, payload]) => moved(name, comment, { payload }));

export const movedVectors: readonly NamedScenario[] = [...rowIds, ...places, ...changed];
