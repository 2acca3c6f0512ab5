import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowsealError } from '../../src/errors.js';
import { preparePassword } from '../../src/keys/password.js';
import { formatRecoveryKey, parseRecoveryKey } from '../../src/keys/recovery-key.js';
import { holds } from './holds.js';
import { damaged } from './mutations.js';
import { TYPES, texts } from './values.js';

describe.each(TYPES)('a value of type $name', ({ declare, values }) => {
  const { codec } = declare();
  const every: fc.Arbitrary<unknown> = values;
  const encodings = every.map((value) => (codec.encode(value) as Uint8Array).slice());

  it('has one encoding: whatever decodes, encodes to the same bytes', () => {
    holds(
      fc.property(damaged(encodings), (bytes) => {
        const value = codec.decode(bytes);
        if (value !== undefined) expect(codec.encode(value)).toEqual(bytes);
      }),
      1000,
    );
  });

  it('takes no value of another type, and throws for none', () => {
    holds(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }),
        (value) => {
          const bytes = codec.encode(value);
          if (bytes) expect(codec.decode(bytes)).toEqual(value);
        },
      ),
      1000,
    );
  });
});

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const secrets = fc.uint8Array({ minLength: 16, maxLength: 16 });

function refuses(text: string): boolean {
  try {
    parseRecoveryKey(text);
    return false;
  } catch (error) {
    return error instanceof RowsealError && error.code === 'RECOVERY_KEY_TYPO';
  }
}

describe('a recovery key', () => {
  it('comes back, in lower case, without hyphens, with spaces and confused letters', () => {
    holds(
      fc.property(secrets, (secret) => {
        const text = formatRecoveryKey(secret);
        const confused = text.replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', ' – ');
        for (const typed of [
          text,
          text.toLowerCase(),
          text.replaceAll('-', ''),
          ` ${confused}\n`,
        ]) {
          expect(parseRecoveryKey(typed)).toEqual(secret);
        }
      }),
    );
  });

  it('has one text for whatever is accepted', () => {
    const edits = fc.array(fc.tuple(fc.nat({ max: 31 }), fc.constantFrom(...ALPHABET)), {
      maxLength: 8,
    });
    holds(
      fc.property(secrets, edits, (secret, changes) => {
        const symbols = [...formatRecoveryKey(secret).replaceAll('-', '')];
        for (const [at, symbol] of changes) symbols[at] = symbol;
        const typed = symbols.join('');
        if (refuses(typed)) return;
        expect(formatRecoveryKey(parseRecoveryKey(typed)).replaceAll('-', '')).toBe(typed);
      }),
      500,
    );
  });

  it('with any one character wrong, or two neighbours swapped, is a typo', () => {
    for (const secret of fc.sample(secrets, { seed: 1, numRuns: 5 })) {
      const text = formatRecoveryKey(secret).replaceAll('-', '');
      for (let i = 0; i < text.length; i++) {
        const typed = (...middle: string[]) =>
          text.slice(0, i) + middle.join('') + text.slice(i + middle.length);
        for (const symbol of ALPHABET) {
          if (symbol !== text[i]) expect(refuses(typed(symbol))).toBe(true);
        }
        const [a = '', b = ''] = [text[i], text[i + 1]];
        if (b && a !== b) expect(refuses(typed(b, a))).toBe(true);
      }
    }
  });

  it('with up to four characters wrong is a typo', () => {
    const errors = fc.uniqueArray(fc.tuple(fc.nat({ max: 31 }), fc.integer({ min: 1, max: 31 })), {
      selector: ([at]) => at,
      minLength: 1,
      maxLength: 4,
    });
    holds(
      fc.property(secrets, errors, (secret, all) => {
        const symbols = [...formatRecoveryKey(secret).replaceAll('-', '')];
        for (const [at, by] of all) {
          const wrong = (ALPHABET.indexOf(symbols[at] as string) + by) % 32;
          symbols[at] = ALPHABET[wrong] as string;
        }
        expect(refuses(symbols.join(''))).toBe(true);
      }),
      2000,
    );
  });
});

describe('a prepared password', () => {
  it('is prepared the same again, and from its own bytes', () => {
    holds(
      fc.property(texts, (text) => {
        let prepared: Uint8Array;
        try {
          prepared = preparePassword(text);
        } catch {
          return; // refused: nothing to compare
        }
        expect(preparePassword(prepared)).toEqual(prepared);
        expect(preparePassword(new TextEncoder().encode(text))).toEqual(prepared);
        expect(preparePassword(text.normalize('NFD'))).toEqual(prepared);
      }),
      1000,
    );
  });
});
