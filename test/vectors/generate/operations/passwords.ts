/** Section 4: how a password becomes bytes. */
import { hex, utf8, utf16 } from '../bytes.js';
import { group, holds, invalid, type Operation, type Test, valid } from '../vector-file.js';

/** A comment, the password and the text whose UTF-8 it becomes. */
type Kept = readonly [comment: string, password: string, prepared: string];

const KEPT: readonly Kept[] = [
  ['ASCII', 'correct horse battery staple', 'correct horse battery staple'],
  ['one space', ' ', ' '],
  ['spaces around it are not trimmed', '  a  ', '  a  '],
  ['case is kept', 'Stra\u00dfe STRASSE', 'Stra\u00dfe STRASSE'],
  ['a dotless i and a dotted I', '\u0131\u0130iI', '\u0131\u0130iI'],
  ['full width is not folded', '\uff21\uff11', '\uff21\uff11'],
  ['ligatures are not taken apart', '\ufb01', '\ufb01'],
  ['zero width space', 'a\u200bb', 'a\u200bb'],
  ['zero width joiner and non-joiner', 'a\u200c\u200db', 'a\u200c\u200db'],
  ['soft hyphen', 'a\u00adb', 'a\u00adb'],
  ['byte order mark', '\ufeffa', '\ufeffa'],
  ['direction marks', '\u202ea\u2066', '\u202ea\u2066'],
  ['line and paragraph separator', 'a\u2028\u2029', 'a\u2028\u2029'],
  ['private use', '\ue000\u{10fffd}', '\ue000\u{10fffd}'],
  ['unassigned', '\u0378\u{2fe0}', '\u0378\u{2fe0}'],
  ['non-characters', '\ufffe\u{1ffff}', '\ufffe\u{1ffff}'],
  ['a hangul filler, which looks like nothing', '\u3164', '\u3164'],
  ['emoji with a joiner', '\u{1f469}\u200d\u{1f680}', '\u{1f469}\u200d\u{1f680}'],
];

const COMPOSED: readonly Kept[] = [
  ['e and acute', 'e\u0301', '\u00e9'],
  ['A and ring', 'A\u030a', '\u00c5'],
  ['the Angstrom sign', '\u212b', '\u00c5'],
  ['the Ohm sign', '\u2126', '\u03a9'],
  ['marks in the wrong order', 'a\u0301\u0323', '\u1ea1\u0301'],
  ['hangul by letters', '\u1112\u1161\u11ab', '\ud55c'],
  ['a character that NFC takes apart', '\u0958', '\u0915\u093c'],
  ['a compatibility ideograph', '\uf900', '\u8c48'],
];

const SPACES = [
  ...[0x00a0, 0x1680, 0x202f, 0x205f, 0x3000],
  ...Array.from({ length: 11 }, (_, i) => 0x2000 + i),
].sort((a, b) => a - b);
const CONTROLS = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i)];

const name = (codePoint: number) => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
const kept = ([comment, password, prepared]: Kept, flag: string): Test =>
  valid(comment, { password }, { prepared: hex(utf8(prepared)) }, flag);
const refused = (comment: string, password: string, flag: string): Test =>
  invalid(comment, { password }, 'PASSWORD_REFUSED', flag);
const illFormed = (comment: string, password: string): Test =>
  invalid(comment, { password: utf16(password) }, 'PASSWORD_REFUSED', 'IllFormed');
const ofBytes = (bytes: string) => ({ password: { bytes } });

/** Three units that NFC makes one of two bytes: more than 1,024 code units are still a password. */
const shrinking = 'A\u030a'.repeat(512);

export const passwordVectors: Operation = {
  name: 'passwords',
  algorithm: 'password rule 1',
  holds: [
    ...holds('16', '| password length | 1,024 | `PASSWORD_REFUSED` |'),
    ...holds(
      '4',
      'Each of these characters becomes U+0020: U+00A0, U+1680, U+2000–U+200A, U+202F, U+205F, U+3000.',
      'Normalise to NFC.',
      'Refuse the empty text.',
      'Refuse text with any of U+0000–U+001F and U+007F–U+009F.',
      'Encode as UTF-8. Refuse more than 1,024 bytes.',
      'A password given as bytes is decoded as strict UTF-8. Lone surrogates are refused.',
      'Nothing is trimmed, folded or cut.',
      "This is the mapping of RFC 8265's OpaqueString without the code points that its FreeformClass disallows: invisible and unassigned characters are kept.",
    ),
  ],
  flags: {
    Kept: 'every character stays as it is',
    Space: 'a space that is not U+0020 becomes U+0020',
    Composed: 'NFC changes the text',
    Bytes: 'the password is given as UTF-8',
    Control: 'a control character',
    Length: 'around the limit of 1,024 bytes',
    Empty: 'nothing is left',
    IllFormed: 'no well-formed text',
  },
  groups: [
    group('PreparePassword', [
      ...KEPT.map((each) => kept(each, 'Kept')),
      ...SPACES.map((space) =>
        kept([name(space), `a${String.fromCodePoint(space)}b`, 'a b'], 'Space'),
      ),
      kept(['the example of the document', 'A\u030a\u3000 ', '\u00c5  '], 'Space'),
      kept(['only a space of another kind', '\u3000', ' '], 'Space'),
      kept(['a mark on a space that is replaced', '\u00a0\u0301', ' \u0301'], 'Space'),
      ...COMPOSED.map((each) => kept(each, 'Composed')),
      valid('as bytes', ofBytes('65cc81'), { prepared: 'c3a9' }, 'Bytes'),
      ...['ff', 'c080', 'eda080', 'f4908080', 'e282'].map((bytes) =>
        invalid('bytes that are no UTF-8', ofBytes(bytes), 'PASSWORD_REFUSED', 'Bytes'),
      ),
      ...CONTROLS.map((control) =>
        refused(name(control), `a${String.fromCodePoint(control)}b`, 'Control'),
      ),
      refused('empty', '', 'Empty'),
      invalid('no bytes', ofBytes(''), 'PASSWORD_REFUSED', 'Empty'),
      kept(['1,024 bytes', 'a'.repeat(1024), 'a'.repeat(1024)], 'Length'),
      refused('1,025 bytes', 'a'.repeat(1025), 'Length'),
      kept(['1,024 bytes of two each', '\u00e9'.repeat(512), '\u00e9'.repeat(512)], 'Length'),
      refused('1,026 bytes of two each', '\u00e9'.repeat(513), 'Length'),
      kept(['1,024 bytes after NFC', shrinking, '\u00c5'.repeat(512)], 'Length'),
      refused('1,025 bytes after NFC', `${shrinking}a`, 'Length'),
      illFormed('a lone high surrogate', 'a\ud800'),
      illFormed('a lone low surrogate', '\udc00a'),
      illFormed('a surrogate pair the wrong way round', '\udc00\ud800'),
    ]),
  ],
};
