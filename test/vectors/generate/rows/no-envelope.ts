/** Checks 1 to 6: what is no envelope, or not one that this reader can open. */
import { type Bytes, base64url, hex, join, named } from '../bytes.js';
import type { Json } from '../vector-file.js';
import { COLUMNS, envelope, envelopeText, tableOf } from './notes.js';
import { CHECKS, type NamedScenario, openedRow, refusedRow } from './scenario.js';

const { body, folder, owner, stars } = COLUMNS;
const BINARY = tableOf([body, stars, folder, owner], [['owner']], 'bytes');
const binary = (bytes: Iterable<number>): Json => ({ bytes: hex(bytes) });
const honest = envelope();
const honestText = envelopeText();
const startingWith = (byte: number, bytes: Bytes = honest): Bytes => join([byte], bytes.slice(1));

type Case = readonly [name: string, comment: string, payload: Json | undefined];

function each(code: string, check: number, held: keyof typeof CHECKS, cases: readonly Case[]) {
  return cases.map(([name, comment, payload]) =>
    refusedRow(name, code, check, { comment, holds: CHECKS[held], payload }),
  );
}

const noText = each('NOT_ENCRYPTED', 1, 1, [
  ['payload-null', 'the server gives NULL for the payload', null],
  ['payload-missing', 'the server gives no payload', undefined],
  ['payload-number', 'a number in place of the payload', 1],
  ['payload-boolean', 'true in place of the payload', true],
  ['payload-object', 'an object in place of the payload', { body: 'hello' }],
  ['payload-array', 'an array in place of the payload', [1, 2]],
  ['payload-bytes-in-text-column', 'bytes in a text column', binary(honest)],
]);

const noEnvelope = each('NOT_ENCRYPTED', 3, 3, [
  ['payload-empty', 'empty text', ''],
  ['payload-one-character', 'one character of base64url, which is no byte', 'A'],
  ['payload-plaintext', 'plaintext with a space among the first characters', 'I am plaintext'],
  ['payload-json', 'plaintext as JSON', '{"body":"hello"}'],
  ['payload-padded-first-byte', 'padding among the first characters', 'AQ=='],
  [
    'payload-base64-alphabet',
    'plain base64 among the first characters',
    `+Q${honestText.slice(2)}`,
  ],
  ['payload-space-first', 'a space before the envelope', ` ${honestText}`],
]);

const formats = [
  ...each('UNSUPPORTED_VERSION', 4, 'future', [
    ['later-version-10', 'a first byte that is not assigned', base64url(startingWith(0x10))],
    ['later-version-1f', 'the last first byte of rowseal', base64url(startingWith(0x1f))],
    [
      'later-version-74-bytes',
      'a later version of 74 bytes, the fewest it can have',
      base64url(join([0x1f], named('later', 73))),
    ],
  ]),
  ...each('ROW_MALFORMED', 4, 'otherFormat', [
    ['header-as-payload', 'the first byte of a header', base64url(startingWith(0x02))],
    ['keyset-as-payload', 'the first byte of a keyset', base64url(startingWith(0x03))],
    ['kept-key-as-payload', 'the first byte of a kept key', base64url(startingWith(0x05))],
    ['pin-as-payload', 'the first byte of a pin', base64url(startingWith(0x04))],
    ['header-byte-alone', 'the first byte of a header, and nothing else', 'Ag'],
    ['header-byte-and-noise', 'the first byte of a header, then no base64url', 'AgAA!!'],
  ]),
  ...each('NOT_ENCRYPTED', 4, 'noFormat', [
    ['first-byte-00', 'a first byte of no format', base64url(startingWith(0x00))],
    ['first-byte-20', 'the first byte after those of rowseal', base64url(startingWith(0x20))],
    ['first-byte-ff', 'the last byte there is', base64url(startingWith(0xff))],
    ['a-word', 'a word that begins like a later version', 'Hello'],
    ['a-sentence', 'text that begins like a later version', 'Call me Ishmael. Some years ago'],
    [
      'later-version-73-bytes',
      'a later version of 73 bytes, which is shorter than any',
      base64url(join([0x1f], named('later', 72))),
    ],
    [
      'later-version-not-strict',
      'a later version with a line break at the end',
      `${base64url(startingWith(0x1f))}\n`,
    ],
  ]),
];

const at = honestText.length - 1;
const lastCharacter = honestText[at] as string;
/** The same byte string but for bits that no byte has, where there are any. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const otherBits = ALPHABET[ALPHABET.indexOf(lastCharacter) + 1] as string;

const notStrict = each('ROW_MALFORMED', 5, 5, [
  ['padding-character', 'a padding character after the envelope', `${honestText}=`],
  ['line-break-at-end', 'a line break after the envelope', `${honestText}\n`],
  ['space-inside', 'a space inside', `${honestText.slice(0, 60)} ${honestText.slice(60)}`],
  [
    'plus-inside',
    'a character of plain base64',
    `${honestText.slice(0, 60)}+${honestText.slice(61)}`,
  ],
  [
    'slash-inside',
    'a character of plain base64',
    `${honestText.slice(0, 60)}/${honestText.slice(61)}`,
  ],
  [
    'trailing-bits',
    'a last character with bits that no byte has',
    honestText.slice(0, at) + otherBits,
  ],
  ['length-1-modulo-4', 'a length that no byte string has', honestText.slice(0, 4 * 25 + 1)],
  ['first-byte-alone', 'the first byte and nothing else', 'AQ'],
  ['envelope-73-bytes', 'an envelope of 73 bytes', base64url(honest.slice(0, 73))],
  ['envelope-prefix-alone', 'an envelope without ciphertext', base64url(honest.slice(0, 58))],
]);

const zeros = (times: number): Json => [{ repeat: 'A', times }];
const sizes = [
  ...each('LIMIT_EXCEEDED', 2, 2, [
    ['one-character-too-long', 'text of 1,398,201 characters', zeros(1_398_201)],
    ['too-long-plaintext', '1,398,201 spaces', [{ repeat: ' ', times: 1_398_201 }]],
  ]),
  refusedRow('longest-text', 'NOT_ENCRYPTED', 4, {
    comment: 'text of 1,398,200 characters is not too long; its first byte is 0',
    holds: [...CHECKS[2], ...CHECKS.noFormat],
    payload: zeros(1_398_200),
  }),
  refusedRow('longest-bytes', 'UNKNOWN_KEY', 6, {
    comment: 'in a binary column: 1,048,650 bytes are not too many; nobody has their key',
    holds: [...CHECKS[2], ...CHECKS[6]],
    table: BINARY,
    payload: { bytes: ['01', { repeat: '00', times: 1_048_649 }] },
  }),
  refusedRow('longest-envelope', 'UNKNOWN_KEY', 6, {
    comment: 'an envelope of 1,048,650 bytes is not too long; nobody has its key',
    holds: [...CHECKS[2], ...CHECKS[6]],
    payload: ['AQ', { repeat: 'A', times: 1_398_198 }],
  }),
];

const keys = [
  refusedRow('unknown-key', 'UNKNOWN_KEY', 6, {
    comment: 'the envelope names a DEK that the keyset does not hold',
    holds: CHECKS[6],
    sealing: { dek: named('a DEK of somebody else', 32) },
  }),
  refusedRow('key-id-flipped', 'UNKNOWN_KEY', 6, {
    comment: 'a bit of the key id is flipped',
    holds: CHECKS[6],
    payload: base64url(honest.map((byte, i) => (i === 1 ? byte ^ 1 : byte))),
  }),
  refusedRow('shortest-envelope', 'UNKNOWN_KEY', 6, {
    comment: 'an envelope of 74 bytes is long enough; nobody has its key',
    holds: [...CHECKS[5], ...CHECKS[6]],
    payload: base64url(join([1], named('74 bytes', 73))),
  }),
];

const inBinary = [
  openedRow('binary-column', {
    comment: 'a binary column holds the bytes of the envelope',
    holds: CHECKS[1],
    table: BINARY,
    payload: binary(envelope({ nonce: named('nonce of binary-column', 24) })),
  }),
  ...(
    [
      ['binary-text', 'NOT_ENCRYPTED', 1, CHECKS[1], honestText],
      ['binary-empty', 'NOT_ENCRYPTED', 4, CHECKS.noFormat, binary([])],
      ['binary-later-version', 'UNSUPPORTED_VERSION', 4, CHECKS.future, binary(startingWith(0x1f))],
      ['binary-header', 'ROW_MALFORMED', 4, CHECKS.otherFormat, binary(startingWith(0x02))],
      ['binary-plaintext', 'NOT_ENCRYPTED', 4, CHECKS.noFormat, binary(Buffer.from('hello'))],
      ['binary-73-bytes', 'ROW_MALFORMED', 5, CHECKS[5], binary(honest.slice(0, 73))],
      ['binary-tag-flipped', 'ROW_AUTH_FAILED', 10, CHECKS[10], binary(flipLast(honest))],
      [
        'binary-too-long',
        ...([
          'LIMIT_EXCEEDED',
          2,
          CHECKS[2],
          { bytes: [{ repeat: '01', times: 1_048_651 }] },
        ] as const),
      ],
    ] as const
  ).map(([name, code, check, held, payload]) =>
    refusedRow(name, code, check, {
      comment: `in a binary column: ${name.slice(7).replaceAll('-', ' ')}`,
      holds: held,
      table: BINARY,
      payload,
    }),
  ),
];

function flipLast(bytes: Bytes): Bytes {
  return bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
}

export const noEnvelopeVectors: readonly NamedScenario[] = [
  ...[...noText, ...noEnvelope, ...formats, ...notStrict, ...sizes, ...keys, ...inBinary],
];
