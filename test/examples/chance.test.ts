import { describe, expect, it } from 'vitest';
import { isCopy } from '../../examples/bank-statement/chance.js';
import { findPlaintext } from '../../examples/bank-statement/find-plaintext.js';
import { needlesOf, RAW } from '../../examples/bank-statement/needles.js';
import { createOwnTexts, joinTexts } from '../../examples/bank-statement/own-texts.js';
import type { StoredBytes } from '../../examples/bank-statement/stored-bytes.js';

const CODE = '271828';
const ID = `${CODE}9a-25c3-4a9b-9059-80ab61c4a67e`;
/** A payload and a header in which the code stands by chance. */
const PAYLOAD = `AXYzPQnNtJ9KiTqLz_w0${CODE}Zr-Vb3mXcUOe5yRhG7sDkWfA`;
const HEADER = `AgzhB8xMEiK${CODE}qpS4dJ0uYtN-_vCwLr`;
const OTHER = 'AXYzPQnNtJ9KiT_another_nonce_and_ciphertext_entirely';

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const raw = (value: string) => {
  const needle = needlesOf(value).find(({ form }) => form === RAW);
  if (!needle) throw new Error('a value has no raw form');
  return needle;
};

/** A server that holds these texts of our own, and this on its disk. */
function look(disk: string, values = [CODE], again = OTHER, payload = PAYLOAD, requests = '') {
  const own = createOwnTexts();
  own.payloads.set(payload, ID);
  own.headers.add(HEADER);
  own.ids.add(ID);
  const empty = new Uint8Array(0);
  const sealed = [payload, HEADER];
  const stored: StoredBytes = {
    fields: empty,
    decodedFields: empty,
    own: joinTexts([...sealed, ID]),
    ownDecoded: joinTexts(sealed, 'base64url'),
    disk: Buffer.from(disk, 'latin1'),
    requests: Buffer.from(requests, 'latin1'),
  };
  const request = { values, visible: [], ordinary: empty, own, sealAnew: () => again };
  return findPlaintext(stored, request);
}

const found = (...args: Parameters<typeof look>) => look(...args).found.map(({ place }) => place);

describe('a short value in random letters', () => {
  it('is chance when the row, sealed again, does not show it', () => {
    expect(look(`x${PAYLOAD}x${HEADER}x${ID}x`)).toMatchObject({ found: [], byChance: 1 });
  });

  it('is a leak when the row, sealed again, shows it again', () => {
    expect(found('', [CODE], `${OTHER}${CODE}`)).toEqual(['fields']);
    expect(look('', [CODE], `${OTHER}${CODE}`).byChance).toBe(0);
  });

  it('is a leak when it comes again among the decoded bytes', () => {
    const sealed = base64url(`a nonce, then ${CODE}`);
    const other = base64url('another, then nothing');
    expect(found('', [CODE], base64url(`another nonce: ${CODE}`), sealed)).toEqual(['decoded']);
    expect(look('', [CODE], other, sealed)).toMatchObject({ found: [], byChance: 1 });
  });

  it('is a leak at once when it is too long for chance', () => {
    const long = PAYLOAD.slice(12, 22);
    expect(found('', [long])).toEqual(['fields']);
    expect(look('', [long.slice(1)])).toMatchObject({ found: [], byChance: 1 });
    expect(found('', [HEADER.slice(3, 13)])).toEqual(['fields']);
    const sealed = base64url('a nonce, then Møllers');
    expect(found('', ['Møllers'], OTHER, sealed)).toContain('decoded');
    expect(found('', ['øllers'], OTHER, sealed)).not.toContain('decoded');
  });

  it('is chance in an id at any length', () => {
    expect(look('', [ID.slice(-12)])).toMatchObject({ found: [], byChance: 1 });
  });
});

describe('a short value on the disk', () => {
  it.each([
    ['alone', `..${CODE}..`],
    ['between other letters', `AXYz${CODE}AXYz`],
    ['beside the payload that has it, too', `${PAYLOAD}|${CODE}|`],
    ['with seven letters of that payload', `.Ki_w0${CODE}Zr-V.`],
    ['beside its hidden twin in an id', `${ID} ${CODE}`],
  ])('is a leak %s', (_, disk) => {
    expect(found(disk)).toEqual(['disk']);
  });

  it.each([
    ['a whole payload', PAYLOAD],
    ['a piece', PAYLOAD.slice(16, 30)],
    ['an id', `)${ID}.`],
    ['a page of the log ends before it', split(PAYLOAD.slice(0, 26), 20, 24)],
    ['a page ends after it', split(PAYLOAD.slice(20), 6, 24)],
    ['a page ends in what follows', split(PAYLOAD.slice(20), 8, 24)],
    ['the first page of a segment begins', split(PAYLOAD.slice(20), 6, 40)],
  ])('is passed over in a copy: %s', (_, disk) => {
    expect(found(disk)).toEqual([]);
  });

  it.each([
    ['alone', `{"note":"${CODE}"}`, ['requests']],
    ['in a copy of a payload', `{"payload":"${PAYLOAD}"}`, []],
    ['in a copy of an id', `{"id":"${ID}"}`, []],
  ])('is judged alike in requests: %s', (_, requests, places) => {
    expect(found('', [CODE], OTHER, PAYLOAD, requests)).toEqual(places);
  });

  it('is a leak beside a gap that is no page header', () => {
    const disk = split(PAYLOAD.slice(0, 26), 20, 25);
    expect(found(disk)).toEqual(['disk']);
  });

  it('is no copy where only the end of the text agrees with the end of the disk', () => {
    const texts = joinTexts([CODE]).bytes;
    expect(isCopy(raw(CODE), Buffer.from(CODE), 0, texts, 0)).toBe(false);
  });
});

function split(text: string, at: number, header: number): string {
  return `${text.slice(0, at)}${'\x01'.repeat(header)}${text.slice(at)}`;
}
