/** Checks 8 and 9: bound sets and bound values. */
import { join, utf8, utf16 } from '../bytes.js';
import { type Fields, holds } from '../vector-file.js';
import { COLUMNS, column, idOf, tableOf } from './notes.js';
import { CHECKS, type NamedScenario, openedRow, type RowVector, refusedRow } from './scenario.js';

const { body, folder, stars } = COLUMNS;

const BOUND = holds(
  '12',
  '| 58 | the envelope before the ciphertext |',
  '| 16 | vault id |',
  '| sized | table id |',
  '| sized | row id as UTF-8 |',
);

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
  return openedRow(name, vector, { row, ...(value === undefined && { stamps: scopedStamps() }) });
});

/** A bound column that is not set still has the life's stamp. */
function scopedStamps(): Fields {
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

const minusZero = scoped('bound-minus-zero', 'the number −0 for a bound 0', 'integer', 'required', {
  sealing: bound('integer', 3, [0]),
  serve: { owner: undefined, scope: { number: '-0' } },
});

const unread = refusedRow(minusZero.name, 'ROW_AUTH_FAILED', 9, {
  ...minusZero.vector,
  holds: [
    ...CHECKS[9],
    ...holds(
      '12',
      'A safe integer may be a number or what a driver has for big integers; the number −0 is none.',
    ),
  ],
});

export const boundVectors: readonly NamedScenario[] = [...boundSets, unread, ...opens, ...typed];
