/** Section 5: recovery keys, with every error that people make. */
import { ALPHABET, hyphenated, recoveryText } from '../bech32m.js';
import { fromHex, hex, named, utf16 } from '../bytes.js';
import { group, holds, invalid, type Operation, type Test, valid } from '../vector-file.js';

const KEY = fromHex('000102030405060708090a0b0c0d0e0f');
const TEXT = recoveryText(KEY);
/** Has every character that looks like another one. */
const LOOKALIKE = named('recovery key with 0 and 1', 16);

const read = (comment: string, text: string, key: Uint8Array, ...flags: string[]): Test =>
  valid(comment, { text }, { key: hex(key) }, ...flags);
const typo = (comment: string, text: string, ...flags: string[]): Test =>
  invalid(comment, { text }, 'RECOVERY_KEY_TYPO', ...flags);

function wrongCharacters(): Test[] {
  return [...TEXT].flatMap((right, at) =>
    [...ALPHABET]
      .filter((wrong) => wrong !== right)
      .map((wrong) =>
        typo(
          `character ${at + 1} is ${wrong} in place of ${right}`,
          TEXT.slice(0, at) + wrong + TEXT.slice(at + 1),
          'WrongCharacter',
        ),
      ),
  );
}

function swaps(): Test[] {
  return [...TEXT].slice(1).flatMap((second, at) => {
    const first = TEXT[at] as string;
    const text = TEXT.slice(0, at) + second + first + TEXT.slice(at + 2);
    return first === second
      ? []
      : [typo(`characters ${at + 1} and ${at + 2} swapped`, text, 'Swap')];
  });
}

/** What may stand between the groups, or stand for another character. */
function spellings(): Test[] {
  const groups = TEXT.match(/.{4}/g) as string[];
  const dashes = ['-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015'];
  const spaces = [' ', '\t', '\n', '\r\n', '\u00a0', '\u2003', '\u3000', '\ufeff', '\u2028'];
  const text = recoveryText(LOOKALIKE);
  return [
    ...dashes.map((dash) => read(`groups parted by ${hex16(dash)}`, groups.join(dash), KEY)),
    ...spaces.map((space) => read(`groups parted by ${hex16(space)}`, groups.join(space), KEY)),
    read('no hyphens', TEXT, KEY),
    read('hyphens anywhere', `-${[...TEXT].join('-')}-`, KEY),
    read('lower case', hyphenated(TEXT).toLowerCase(), KEY),
    ...['O', 'o'].map((o) => read(`${o} for 0`, text.replaceAll('0', o), LOOKALIKE, 'Lookalike')),
    ...['I', 'i', 'L', 'l'].map((one) =>
      read(`${one} for 1`, text.replaceAll('1', one), LOOKALIKE, 'Lookalike'),
    ),
  ];
}

const hex16 = (text: string): string => `U+${utf16(text).utf16.toUpperCase()}`;

function misreadings(): Test[] {
  return [
    typo('no text', '', 'Length'),
    typo('31 characters', TEXT.slice(0, 31), 'Length'),
    typo('33 characters', `${TEXT}0`, 'Length'),
    typo('a group is missing', hyphenated(TEXT).slice(5), 'Length'),
    typo('a group stands twice', `${hyphenated(TEXT)}-${TEXT.slice(28)}`, 'Length'),
    ...['U', 'u', '*', '~', '$', '=', '_', '.', '\u0660', '\u00b9'].map((wrong) =>
      typo(`${hex16(wrong)} is not of the alphabet`, wrong + TEXT.slice(1), 'Alphabet'),
    ),
    typo('two groups swapped', TEXT.slice(4, 8) + TEXT.slice(0, 4) + TEXT.slice(8), 'Swap'),
    typo('the checksum of Bech32, not Bech32m', recoveryText(KEY, 0, 1), 'Checksum'),
    typo('no final constant', recoveryText(KEY, 0, 0), 'Checksum'),
    typo('32 zeros', '0'.repeat(32), 'Checksum'),
    typo('a typing error in a key of a later version', `${recoveryText(KEY, 2).slice(0, 31)}Z`),
    ...[1, 2, 3].map((version) =>
      invalid(
        `version ${version}`,
        { text: hyphenated(recoveryText(KEY, version)) },
        'UNSUPPORTED_VERSION',
        'Version',
      ),
    ),
  ];
}

const KEYS = [KEY, LOOKALIKE, new Uint8Array(16), new Uint8Array(16).fill(255), named('a key', 16)];

export const recoveryKeyVectors: Operation = {
  name: 'recovery-keys',
  algorithm: 'recovery keys',
  holds: holds(
    '5',
    'It catches every error in up to four characters, so every wrong character and every swap of neighbours.',
    'Remove white space and the hyphens U+002D and U+2010–U+2015. Read lower case as upper case, then `O` as `0`, and `I` and `L` as `1`.',
    '| 1 | 32 characters, all of the alphabet | `RECOVERY_KEY_TYPO` |',
    '| 2 | the checksum | `RECOVERY_KEY_TYPO` |',
    '| 3 | version 00 (the first symbol is below 8) | `UNSUPPORTED_VERSION` |',
  ),
  flags: {
    WrongCharacter: 'one character is another one of the alphabet',
    Swap: 'two neighbours are swapped',
    Lookalike: 'a letter for the digit it looks like',
    Length: 'too few or too many characters',
    Alphabet: 'a character that stands for nothing',
    Checksum: 'the checksum is not that of the document',
    Version: 'a key of a later version',
  },
  groups: [
    group('ReadRecoveryKey', [...spellings(), ...misreadings(), ...swaps(), ...wrongCharacters()]),
    group(
      'WriteRecoveryKey',
      KEYS.map((key) => valid('', { key: hex(key) }, { text: hyphenated(recoveryText(key)) })),
    ),
  ],
};
