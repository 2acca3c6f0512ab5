import { describe, expect, it } from 'vitest';
import {
  cleartext,
  decryptRowDetails,
  defineTable,
  encrypted,
  encryptRow,
  tryDecryptRow,
} from '../../src/index.js';
import { createWorld } from '../support/world.js';

const { vault } = await createWorld();
const table = defineTable('t', { v: encrypted.json().optional() });
const unsupported = { ok: false, code: 'VALUE_UNSUPPORTED' };

function seal(v: unknown) {
  try {
    const sealed = encryptRow(vault, table, { id: 'r', v: v as never });
    return tryDecryptRow(vault, table, sealed);
  } catch (error) {
    return { ok: false, code: (error as { code?: string }).code };
  }
}

describe('JSON that would not come back as it went in', () => {
  it.each([
    [
      'a getter, which could answer differently the second time',
      {
        get x() {
          return 1;
        },
      },
    ],
    ['values on a bare prototype', Object.create(Object.assign(Object.create(null), { x: 1 }))],
    ['a subclass of Array', new (class List extends Array<number> {})(1, 2)],
    ['an array with a getter', Object.defineProperty([1], 0, { get: () => 2, enumerable: true })],
  ])('%s', (_, value) => {
    expect(seal(value)).toEqual(unsupported);
  });

  it.each([
    ['an object without a prototype', Object.assign(Object.create(null), { x: 1 })],
    ['nested plain values', [{ a: [1, 'b', null, true] }]],
  ])('%s is fine', (_, value) => {
    expect(seal(value)).toEqual({ ok: true, row: { id: 'r', v: value } });
  });
});

describe('a row that is no plain object', () => {
  it('is refused where a getter of its class would be read as not set', () => {
    class Model {
      id = 'r';
      get v() {
        return { x: 1 };
      }
    }
    expect(() => encryptRow(vault, table, new Model())).toThrow(TypeError);
  });
});

describe('a row with getters of its own', () => {
  const letters = defineTable('letters', {
    body: encrypted.integer(),
    at: cleartext.integer(),
    owner: cleartext.integer().bound(),
  });

  it('is read once, so that what is sealed and what is sent beside it agree', () => {
    let reads = 0;
    const row = {
      get id() {
        return `r${++reads}`;
      },
      get body() {
        return ++reads;
      },
      get at() {
        return ++reads;
      },
      get owner() {
        return ++reads;
      },
    };
    const sealed = encryptRow(vault, letters, row);
    expect(reads).toBe(4);
    const { id, at, owner } = sealed;
    const opened = { row: { id, at, owner, body: expect.any(Number) }, findings: [] };
    expect(decryptRowDetails(vault, letters, sealed)).toMatchObject(opened);
  });
});

describe('a declaration where types are not checked', () => {
  /** What a JavaScript caller sees: every method, at every stage. */
  type Unchecked = Record<
    'text' | 'bound' | 'serverOwned' | 'optional' | 'nullable',
    () => Unchecked
  > & {
    default(value: unknown): Unchecked;
  };
  const unchecked = { encrypted, cleartext } as unknown as {
    encrypted: Unchecked;
    cleartext: Unchecked;
  };

  it('never makes an encrypted column visible', () => {
    expect(() => unchecked.encrypted.text().bound()).toThrow(TypeError);
    expect(() => unchecked.encrypted.text().serverOwned()).toThrow(TypeError);
    expect(() => unchecked.cleartext.text().bound().serverOwned()).toThrow(TypeError);
  });

  it('settles the presence of a column once', () => {
    expect(() => unchecked.encrypted.text().optional().nullable()).toThrow(TypeError);
    expect(() => unchecked.encrypted.text().default('a').optional()).toThrow(TypeError);
    expect(() => defineTable('t', { a: 'text' } as never)).toThrow(TypeError);
    expect(() => defineTable('t', { a: encrypted.text } as never)).toThrow(TypeError);
  });
});
