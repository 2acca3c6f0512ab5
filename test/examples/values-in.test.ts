import { describe, expect, it } from 'vitest';
import { valuesIn } from '../../examples/bank-statement/values-in.js';

const PAYEE = 'Bäckerei "Mühle"';
const UUID = '271828aa-25c3-4a9b-9059-80ab61c4a67e';

function look(files: readonly string[], values: readonly string[], ordinary = '', random = [UUID]) {
  const { searched, found } = valuesIn(files.map(bytes), {
    values,
    ordinary: [bytes(ordinary)],
    random,
  });
  return { searched, found: [...found] };
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

describe('the search of a device', () => {
  it.each([
    ['as it is', PAYEE],
    ['in JSON', JSON.stringify({ who: PAYEE })],
    ['in hex', Buffer.from(PAYEE).toString('hex')],
    ['in base64', Buffer.from(`x${PAYEE}`).toString('base64')],
  ])('finds a value %s, in any of the files', (_, text) => {
    expect(look(['', `..${text}..`], [PAYEE, 'not there'])).toEqual({
      searched: 2,
      found: [PAYEE],
    });
  });

  it('finds a long value by its beginning, which a page may end after', () => {
    const long = `${PAYEE}, ${'and so on, '.repeat(20)}`;
    expect(look([long.slice(0, 100)], [long]).found).toEqual([long]);
    expect(look([long.slice(20, 100)], [long]).found).toEqual([]);
  });

  it('does not search for what is short, or stood there before', () => {
    expect(look(['short, 12.50, payload'], ['short', '12.50', 'payload', ''], 'a payload')).toEqual(
      {
        searched: 0,
        found: [],
      },
    );
  });

  it('passes over random texts, and nothing beside them', () => {
    expect(look([`..${UUID}..${UUID}`], ['271828']).found).toEqual([]);
    expect(look([`..${UUID}.. 271828`], ['271828']).found).toEqual(['271828']);
    expect(look([UUID], ['271828'], '', []).found).toEqual(['271828']);
  });
});
