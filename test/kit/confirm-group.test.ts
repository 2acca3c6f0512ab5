import { describe, expect, it, vi } from 'vitest';
import { generateRecoveryKey } from '../../src/index.js';
import { formatRecoveryKey } from '../../src/keys/recovery-key.js';
import { confirmsGroup, kitQuestion } from '../../src/kit/kit.js';
import { expectNowhere } from '../support/secret-search.js';

const KEY = generateRecoveryKey();
const GROUPS = KEY.split('-');
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8];

/** A key whose first group is `0000`. */
const ZEROS = formatRecoveryKey(new Uint8Array(16));
/** A key with a group of ones: 2 zero bits, then 00001 again and again. */
const ONES = formatRecoveryKey(
  Uint8Array.from({ length: 16 }, (_, byte) =>
    Array.from({ length: 8 }, (_, bit) => ((byte * 8 + bit + 2) % 5 === 4 ? 128 >> bit : 0)).reduce(
      (sum, value) => sum + value,
    ),
  ),
);

describe('confirming a kit by one group', () => {
  it.each(NUMBERS)('takes group %i, however it is typed', (group) => {
    const right = GROUPS[group - 1] as string;
    for (const typed of [right, right.toLowerCase(), ` ${[...right].join(' ')}\n`, `-${right}-`]) {
      expect(confirmsGroup(KEY, group, typed)).toBe(true);
      expect(confirmsGroup(KEY.toLowerCase().replaceAll('-', ' '), group, typed)).toBe(true);
    }
  });

  it('takes O for 0, and I or L for 1', () => {
    expect(ZEROS.slice(0, 4)).toBe('0000');
    for (const typed of ['OOOO', 'oO0o']) expect(confirmsGroup(ZEROS, 1, typed)).toBe(true);
    expect(ONES.slice(0, 4)).toBe('1111');
    for (const typed of ['IIII', 'lL1i']) expect(confirmsGroup(ONES, 1, typed)).toBe(true);
  });

  it('takes nothing else', () => {
    const [first = '', second = ''] = GROUPS;
    const swapped = first === second ? [] : [second];
    const wrong = [
      '',
      ' ',
      first.slice(1),
      `${first}0`,
      KEY,
      'UUUU',
      '....',
      '\ud800000',
      ...swapped,
    ];
    for (const typed of wrong) expect(confirmsGroup(KEY, 1, typed)).toBe(false);
    for (const at of [0, 1, 2, 3]) {
      const other = first[at] === '7' ? '8' : '7';
      const typed = first.slice(0, at) + other + first.slice(at + 1);
      expect(confirmsGroup(KEY, 1, typed)).toBe(false);
    }
  });

  it('does not take a character that is in no key for one that is', () => {
    // Modulo 32 a character that is not found, -1, would be the last of the alphabet.
    const last = formatRecoveryKey(new Uint8Array(16).fill(255));
    expect(last.slice(5, 9)).toBe('ZZZZ');
    expect(confirmsGroup(last, 2, 'zzzz')).toBe(true);
    expect(confirmsGroup(last, 2, '????')).toBe(false);
  });

  it.each([0, 9, -1, 1.5, Number.NaN])('has no group %d', (group) => {
    expect(() => confirmsGroup(KEY, group, 'ABCD')).toThrow(RangeError);
  });

  it('refuses what is no recovery key, and tells none of it', () => {
    const other = KEY.endsWith('7') ? '8' : '7';
    const typo = KEY.slice(0, -1) + other;
    for (const attempt of [() => kitQuestion(typo), () => confirmsGroup(typo, 1, 'ABCD')]) {
      let refusal: unknown;
      try {
        attempt();
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toMatchObject({ code: 'RECOVERY_KEY_TYPO' });
      expectNowhere({ typo, 'a group': typo.slice(0, 9) }, refusal);
    }
    expect(() => confirmsGroup(KEY, 1, undefined as never)).toThrow(TypeError);
  });
});

describe('the group to ask for', () => {
  it('comes from the platform, each as often as the others', () => {
    let calls = 0;
    const random = vi.spyOn(crypto, 'getRandomValues');
    const groupFor = (byte: number) => {
      random.mockImplementation((into) => {
        const bytes = into as Uint8Array;
        calls += 1; // no two draws may be alike
        bytes.forEach((_, i) => {
          bytes[i] = i * 7 + calls;
        });
        bytes[bytes.length - 1] = byte;
        return into;
      });
      return kitQuestion(KEY);
    };
    const counts = NUMBERS.map(() => 0);
    for (let byte = 0; byte < 256; byte++) {
      const at = groupFor(byte) - 1;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    random.mockRestore();
    expect(counts).toEqual(NUMBERS.map(() => 32));
  });
});
