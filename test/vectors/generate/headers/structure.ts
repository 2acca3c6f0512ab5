import { type Bytes, base64url, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { slotBytes } from '../slots.js';
import { type HeaderParts, headerBytes } from '../vault.js';
import { holds, type Json, shortened } from '../vector-file.js';
import { FIRST } from '../worlds.js';
import { BASE, HEADER_CHECKS as CHECKS, refusedHeader } from './scenario.js';

const text = (change: Partial<HeaderParts>): string =>
  base64url(headerBytes({ ...BASE, ...change }));

const honest = headerBytes(BASE);

const honestText = base64url(honest);

const startingWith = (byte: number): string => base64url(join([byte], honest.slice(1)));

type Case = readonly [name: string, comment: string, header: Json];

function each(code: string, check: number, held: keyof typeof CHECKS, cases: readonly Case[]) {
  return cases.map(([name, comment, header]) =>
    refusedHeader(name, code, check, { comment, holds: CHECKS[held], header }),
  );
}

const missing = [
  ['no-header', 'the store has no header', null] as const,
  ['empty-header', 'the store has an empty text for a header', ''] as const,
].map(([name, comment, header]) =>
  refusedHeader(name, 'VAULT_MISSING', undefined, {
    comment,
    holds: holds(
      '8',
      'No header at all is `VAULT_MISSING`; a new vault MUST NOT be made silently in its place.',
    ),
    header,
  }),
);

const texts = [
  ...each('LIMIT_EXCEEDED', 1, 1, [
    ['one-byte-too-long', '65,537 bytes', filled(65_537)],
    [
      'one-character-too-long',
      '87,383 characters of no base64url',
      [{ repeat: '!', times: 87_383 }],
    ],
    ['a-megabyte', 'a million characters', [{ repeat: 'A', times: 1_000_000 }]],
  ]),
  ...each('HEADER_MALFORMED', 2, 2, [
    ['padding-character', 'a padding character at the end', `${honestText}=`],
    ['line-break', 'a line break at the end', `${honestText}\n`],
    ['space-first', 'a space at the beginning', ` ${honestText}`],
    [
      'plain-base64',
      'a character of plain base64',
      `${honestText.slice(0, 40)}+${honestText.slice(41)}`,
    ],
    ['no-base64url', 'text of something else', '{"vault":"header"}'],
    ['later-version-not-strict', 'check 2 comes before check 3', `${startingWith(0x1f)}=`],
  ]),
  ...each('UNSUPPORTED_VERSION', 3, 'future', [
    ['later-version-10', 'a first byte that is not assigned', startingWith(0x10)],
    ['later-version-1f', 'the last first byte of rowseal', startingWith(0x1f)],
    ['later-version-alone', 'a later version, of one byte', base64url([0x1f])],
    [
      'later-version-noise',
      'a later version, of noise',
      base64url(join([0x10], named('noise', 50))),
    ],
  ]),
  ...each('HEADER_MALFORMED', 3, 3, [
    ['envelope-as-header', 'the first byte of an envelope', startingWith(0x01)],
    ['kept-key-as-header', 'the first byte of a kept key', startingWith(0x05)],
    ['keyset-as-header', 'the first byte of a keyset', startingWith(0x03)],
    ['pin-as-header', 'a pin in place of the header', base64url(join([4], honest))],
    ['first-byte-00', 'a first byte of no format', startingWith(0x00)],
    ['first-byte-20', 'the first byte after those of rowseal', startingWith(0x20)],
    ['first-byte-ff', 'the last byte there is', startingWith(0xff)],
  ]),
];

/** A header of so many bytes, most of them zeros in a slot that nobody looks into. */
export function filledParts(length: number): HeaderParts {
  const slots = (fill: number) => [
    ...BASE.slots,
    slotBytes(0, named('filling slot', 8), new Uint8Array(fill)),
  ];
  const empty = headerBytes({ ...BASE, slots: slots(0) }).length;
  return { ...BASE, slots: slots(length - empty) };
}

function filled(length: number): Json {
  return shortened(base64url(headerBytes(filledParts(length))));
}

const hashes = (count: number): Bytes[] =>
  [...Array(count).keys()].map((i) => named(`hash ${i}`, 32));

const predecessors = (epoch: number, count: number): Partial<HeaderParts> => ({
  epoch,
  predecessors: hashes(count),
});

const epochs = each('HEADER_MALFORMED', 4, 4, [
  ['epoch-0', 'epoch 0', text({ epoch: 0 })],
  ['epoch-0-predecessor', 'epoch 0 with a predecessor', text(predecessors(0, 1))],
  ['epoch-1-predecessor', 'epoch 1 with a predecessor', text(predecessors(1, 1))],
  ['epoch-2-no-predecessor', 'epoch 2 without a predecessor', text(predecessors(2, 0))],
  ['epoch-33-31-predecessors', 'epoch 33 with 31 predecessors', text(predecessors(33, 31))],
  ['epoch-34-33-predecessors', 'epoch 34 with 33 predecessors', text(predecessors(34, 33))],
  [
    'predecessors-255',
    '255 predecessors, and one there',
    text({ ...predecessors(2, 1), predecessorCount: 255 }),
  ],
  ['epoch-0-17-slots', 'check 4 comes before check 5', text({ epoch: 0, slotCount: 17 })],
]);

const [_recoverySlot, _secretSlot] = FIRST.slots as [Bytes, Bytes];

export const structureVectors: readonly NamedScenario[] = [...missing, ...texts, ...epochs];
