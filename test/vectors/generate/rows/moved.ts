/** Checks 7 to 10: rows that are not where, or not what, they were sealed. */
import { type Bytes, base64url, hex, hkdf, join, named, utf8, utf16 } from '../bytes.js';
import { keyIdOf, type Place, prefixOf, rowAssociatedData, seal } from '../places.js';
import { type Fields, holds, type Json } from '../vector-file.js';
import { DEK, NEXT_DEK, RETIRED_AT, VAULT_ID } from '../worlds.js';
import {
  boundText,
  COLUMNS,
  column,
  envelope,
  idOf,
  inserted,
  tableOf,
  textCell,
} from './notes.js';
import { CHECKS, type NamedScenario, openedRow, type RowVector, refusedRow } from './scenario.js';

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
      ['row-id-lone-surrogate', 'a row id that is not well-formed', utf16('n1\ud800')],
    ] as const
  ).map(([name, comment, id]) =>
    refusedRow(name, 'ROW_AUTH_FAILED', 7, { comment, holds: CHECKS[7], serve: { id } }),
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

const boundSets = [
  ...[1, 255].map((boundSet) =>
    refusedRow(`bound-set-${boundSet}`, 'UNSUPPORTED_VERSION', 8, {
      comment: `bound set ${boundSet} of a table that has one`,
      holds: CHECKS[8],
      sealing: { boundSet },
    }),
  ),
  refusedRow('bound-set-and-no-value', 'UNSUPPORTED_VERSION', 8, {
    comment: 'check 8 comes before check 9',
    holds: [...CHECKS[8], ...CHECKS[9]],
    sealing: { boundSet: 1 },
    serve: { owner: null },
  }),
  ...(
    [
      ['bound-null', 'NULL for a bound column that is required', null],
      ['bound-missing', 'a bound column is missing', undefined],
      ['bound-number', 'a number for a bound text', 1],
      ['bound-object', 'an object for a bound text', {}],
      ['bound-nul', 'U+0000 in a bound text', 'ada\0'],
      ['bound-lone-surrogate', 'a bound text that is not well-formed', utf16('ada\ud800')],
    ] as const
  ).map(([name, comment, value]) =>
    refusedRow(name, 'ROW_AUTH_FAILED', 9, { comment, holds: CHECKS[9], serve: { owner: value } }),
  ),
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
  moved('row-id-empty', 'an empty row id', { serve: { id: '' } }),
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

const scoped = (
  name: string,
  comment: string,
  type: string,
  presence: string,
  rest: Partial<RowVector>,
) => {
  const table = tableOf(
    [body, stars, folder, column('scope', type, 'bound', presence)],
    [['scope']],
  );
  return { name, vector: { comment, holds: VALUES, table, ...rest } };
};
const VALUES = [
  ...holds(
    '12',
    'An optional bound column that is not set is null (tag 1) here: a database has one NULL, and a declaration may change.',
    'For associated data, a served value is read as the declared type:',
  ),
  ...holds(
    '13',
    'Values of mirrored columns come from the payload, values of bound ones from the associated data.',
  ),
];
const bound = (type: string, tag: number, value: Iterable<number>) => ({
  bound: [
    {
      id: Uint8Array.from(Buffer.from(idOf('scope', type).toString(16).padStart(8, '0'), 'hex')),
      tag,
      value: join(value),
    },
  ],
});
const NULLED = { owner: undefined, scope: null };

const opens = (
  [
    [
      scoped('bound-integer-as-text', 'a bound integer, served as text', 'integer', 'required', {
        sealing: bound('integer', 3, [0xff, 0x7f]),
        serve: { owner: undefined, scope: '-129' },
      }),
      -129,
    ],
    [
      scoped('bound-integer', 'a bound integer, served as a number', 'integer', 'required', {
        sealing: bound('integer', 3, [7]),
        serve: { owner: undefined, scope: 7 },
      }),
      7,
    ],
    [
      scoped('bound-boolean-as-number', 'a bound boolean, served as 1', 'boolean', 'required', {
        sealing: bound('boolean', 7, [1]),
        serve: { owner: undefined, scope: 1 },
      }),
      true,
    ],
    [
      scoped(
        'bound-optional-null',
        'an optional bound column that is not set, served as NULL',
        'text',
        'optional',
        { sealing: bound('text', 1, []), serve: NULLED },
      ),
      undefined,
    ],
    [
      scoped(
        'bound-optional-missing',
        'an optional bound column that is not set, and not served',
        'text',
        'optional',
        { sealing: bound('text', 1, []), serve: { owner: undefined } },
      ),
      undefined,
    ],
    [
      scoped('bound-nullable-null', 'a nullable bound column that is null', 'text', 'nullable', {
        sealing: bound('text', 1, []),
        serve: NULLED,
      }),
      null,
    ],
    [
      scoped('bound-empty-text', 'a bound text with nothing in it', 'text', 'optional', {
        sealing: bound('text', 2, []),
        serve: { owner: undefined, scope: '' },
      }),
      '',
    ],
  ] as const
).map(([{ name, vector }, value]) => {
  const row: Fields = { id: 'n1', body: 'hello', stars: 5, folder: 'inbox', scope: value };
  return openedRow(name, vector, { row, ...(value === undefined && { stamps: SCOPED_STAMPS() }) });
});

/** A bound column that is not set still has the life's stamp. */
function SCOPED_STAMPS(): Fields {
  const stamp = '019b7ca98f2e00000102030405060708';
  return { body: stamp, stars: stamp, folder: stamp, scope: stamp };
}

const typed = [
  scoped(
    'bound-text-for-integer',
    'sealed with the text 7, declared as an integer',
    'integer',
    'required',
    { sealing: bound('integer', 2, utf8('7')), serve: { owner: undefined, scope: 7 } },
  ),
  scoped('bound-absent-tag', 'sealed with absent (tag 0) where null belongs', 'text', 'optional', {
    sealing: bound('text', 0, []),
    serve: NULLED,
  }),
  scoped('bound-null-for-empty', 'the server made NULL of an empty text', 'text', 'optional', {
    sealing: bound('text', 2, []),
    serve: NULLED,
  }),
].map(({ name, vector }) => moved(name, vector.comment, vector));

export const movedVectors: readonly NamedScenario[] = [
  ...[...rowIds, ...boundSets, ...places, ...changed, ...opens, ...typed],
];
