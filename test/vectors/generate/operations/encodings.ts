/** Section 1: base64url, UTF-8 and varints. */
import { base64url, hex, utf8, utf16 } from '../bytes.js';
import { group, holds, invalid, type Operation, valid } from '../vector-file.js';

const texts = [[], [0], [255], [0, 0], [255, 239], [1, 2, 3], [251, 255, 191], [0, 16, 131, 16]];
const everyByte = [...Array(256).keys()];

export const base64urlVectors: Operation = {
  name: 'base64url',
  algorithm: 'base64url',
  holds: holds(
    '1',
    '**base64url**: RFC 4648 section 5, without padding, and strict: no white space, no `=`, no `+` or `/`, unused trailing bits zero, length never 1 modulo 4. Every byte string has one text.',
  ),
  flags: {
    Padding: 'padding is not written',
    Alphabet: 'a character that is not of the alphabet',
    TrailingBits: 'the last character has bits that no byte has',
    Length: 'no byte string has a text of this length',
  },
  groups: [
    group('DecodeBase64url', [
      ...[...texts, everyByte].map((bytes) =>
        valid(`${bytes.length} bytes`, { text: base64url(bytes) }, { bytes: hex(bytes) }),
      ),
      ...['AA==', 'AA=', 'AAA=', '=', '====', 'AAAA='].map((text) =>
        invalid('a padding character', { text }, null, 'Padding'),
      ),
      ...['A', 'AAAAA', 'AAAAAAAAA'].map((text) =>
        invalid('a length of 1 modulo 4', { text }, null, 'Length'),
      ),
      ...['AB', 'AP', 'A_', 'AAB', 'AAD', 'AAAAAB', 'AAAAAAC'].map((text) =>
        invalid('trailing bits that are not zero', { text }, null, 'TrailingBits'),
      ),
      ...['+A', '/A', 'A+AA', 'AA/A'].map((text) =>
        invalid('a character of plain base64', { text }, null, 'Alphabet'),
      ),
      ...[' AA', 'AA ', 'A A', 'AA\n', '\tAA', 'AA\r\n', 'AAAA\nAAAA', 'AA\u00a0'].map((text) =>
        invalid('white space', { text }, null, 'Alphabet'),
      ),
      ...['A.', 'A,AA', 'A*AA', 'A~', 'A\u0000', 'A\u00c1', '\uff21\uff21', '\u2013A'].map((text) =>
        invalid('a character of no base64', { text }, null, 'Alphabet'),
      ),
    ]),
  ],
};

const WELL_FORMED = [
  '',
  '\0',
  'a\u007f\u0080\u07ff\u0800\uffff',
  '\ud7ff\ue000\ufffd\ufffe',
  '\u{10000}\u{10ffff}',
  '\ufeffa byte order mark',
  'e\u0301 is not \u00e9',
  '\u{1f469}\u200d\u{1f680}',
];

const ILL_FORMED: readonly (readonly [string, string])[] = [
  ['80', 'a continuation byte alone'],
  ['bf', 'a continuation byte alone'],
  ['61c3', 'the end in the middle of two bytes'],
  ['e282', 'the end in the middle of three bytes'],
  ['f09f98', 'the end in the middle of four bytes'],
  ['c080', 'NUL in two bytes'],
  ['c1bf', 'U+007F in two bytes'],
  ['e09fbf', 'U+07FF in three bytes'],
  ['e08080', 'NUL in three bytes'],
  ['f08fbfbf', 'U+FFFF in four bytes'],
  ['eda080', 'the surrogate U+D800'],
  ['edbfbf', 'the surrogate U+DFFF'],
  ['eda080edb080', 'a surrogate pair'],
  ['f4908080', 'U+110000'],
  ['f5808080', 'a lead byte of nothing'],
  ['f880808080', 'five bytes'],
  ['fe', 'a byte that UTF-8 never has'],
  ['ff', 'a byte that UTF-8 never has'],
  ['c3c3a9', 'a lead byte for a continuation byte'],
  ['e28261', 'a letter for a continuation byte'],
  ['61ff62', 'a wrong byte between letters'],
];

export const utf8Vectors: Operation = {
  name: 'utf8',
  algorithm: 'UTF-8',
  holds: holds(
    '1',
    '**UTF-8**: well-formed as in table 3-7 of the Unicode Standard: no overlong forms, no surrogates, nothing above U+10FFFF.',
    'A byte order mark is a character like any other.',
    'Text that holds a lone surrogate has no UTF-8 and is refused.',
  ),
  flags: {},
  groups: [
    group('DecodeUtf8', [
      ...WELL_FORMED.map((text) => valid('well-formed', { bytes: hex(utf8(text)) }, { text })),
      ...ILL_FORMED.map(([bytes, comment]) => invalid(comment, { bytes }, null)),
    ]),
    group(
      'EncodeUtf8',
      ['\ud800', 'a\udfffb', '\udc00\ud800', 'a\ud83d'].map((text) =>
        invalid('a lone surrogate', { text: utf16(text) }, null),
      ),
    ),
  ],
};

const VARINTS: readonly (readonly [string, number])[] = [
  ['00', 0],
  ['01', 1],
  ['7f', 127],
  ['8001', 128],
  ['ff7f', 16_383],
  ['808001', 16_384],
  ['ffff7f', 2_097_151],
  ['80808001', 2_097_152],
  ['ffffff7f', 268_435_455],
  ['8080808001', 268_435_456],
  ['ffffffff07', 2_147_483_647],
  ['8080808008', 2_147_483_648],
  ['ffffffff0f', 4_294_967_295],
];

export const varintVectors: Operation = {
  name: 'varints',
  algorithm: 'varint',
  holds: [
    ...holds(
      '1',
      'One content has one encoding: a reader MUST refuse any other, and bytes after the end.',
    ),
    ...holds(
      '1',
      '**varint**: unsigned LEB128, below 2^32, in the shortest form (no last byte of zero after another byte). Seven bits per byte, lowest first; the high bit says that another byte follows.',
    ),
  ],
  flags: {},
  groups: [
    group('DecodeVarint', [
      ...VARINTS.map(([bytes, value]) => valid(`${value}`, { bytes }, { value })),
      ...['8000', 'ff00', '808000', '80808000', '8080808000'].map((bytes) =>
        invalid('not the shortest form', { bytes }, null),
      ),
      ...['8080808010', 'ffffffff1f', 'ffffffff7f'].map((bytes) =>
        invalid('2^32 or more', { bytes }, null),
      ),
      ...['808080808001', 'ffffffffff00', '808080808000'].map((bytes) =>
        invalid('a sixth byte', { bytes }, null),
      ),
      ...['', '80', 'ff', '8080808080'].map((bytes) => invalid('no end', { bytes }, null)),
      invalid('a byte after the end', { bytes: '0000' }, null),
    ]),
  ],
};
