import { base64urlnopad } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  base64urlLength,
  decodeBase64url,
  decodeByTable,
  encodeBase64url,
  encodeByTable,
} from '../../src/bytes/base64url.js';
import { holds } from '../properties/holds.js';

const DECODERS = [decodeBase64url, decodeByTable];

describe('base64url', () => {
  it('agrees with the platform and comes back, with and without a native encoder', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(encodeByTable(bytes)).toBe(text);
        expect(text).toHaveLength(base64urlLength(bytes.length));
        for (const decode of DECODERS) expect(decode(text)).toEqual(bytes);
      }),
      500,
    );
  });

  it('encodes the bytes of a view, and not the memory around it', () => {
    const memory = Uint8Array.from({ length: 40 }, (_, i) => i);
    const view = memory.subarray(7, 18);
    expect(encodeBase64url(view)).toBe(base64urlnopad.encode(view.slice()));
  });

  it('has one text for whatever is accepted, and accepts what another strict decoder does', () => {
    const characters = fc.constantFrom(...'AQgwZz09-_+/= \n\t.é');
    holds(
      fc.property(fc.string({ unit: characters, maxLength: 9 }), (text) => {
        const bytes = decodedByScure(text);
        for (const decode of DECODERS) expect(decode(text)).toEqual(bytes);
        if (bytes) expect(encodeBase64url(bytes)).toBe(text);
      }),
      5000,
    );
  });

  it.each([
    'AA==',
    'AQ=',
    'A',
    'AB',
    'AAB',
    'AQ\n',
    ' AQ',
    '+A',
    '/w',
    'AQ\0',
    'ＡＱ',
    'A\u{1f511}',
  ])('refuses %j', (text) => {
    expect(decodeBase64url(text)).toBeNull();
  });

  it('knows every character code', () => {
    for (let code = 0; code < 0x200; code++) {
      const text = `AA${String.fromCharCode(code)}A`;
      const bytes = decodedByScure(text);
      for (const decode of DECODERS) expect(decode(text), `character ${code}`).toEqual(bytes);
    }
  });
});

describe.each([
  ['no Buffer', undefined],
  ['a polyfill of Buffer without base64url', { isEncoding: () => false, from: unknownEncoding }],
  ['something else of that name', { from: unknownEncoding }],
])('with %s', (_, Buffer) => {
  it('encodes and decodes by table', () => {
    vi.stubGlobal('Buffer', Buffer);
    try {
      expect(encodeBase64url(Uint8Array.of(0xfb, 0xff))).toBe('-_8');
      expect(decodeBase64url('-_8')).toEqual(Uint8Array.of(0xfb, 0xff));
      expect(decodeBase64url('-_9')).toBeNull();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe.each([
  ['throws on what Node skips', { from: throwing }],
  ['pads what it encodes', { from: padded }],
])('with a polyfill of Buffer that knows base64url and %s', (_, { from }) => {
  it('takes well-formed text and refuses all other', () => {
    vi.stubGlobal('Buffer', { isEncoding: () => true, from });
    try {
      for (const length of [0, 1, 2, 3, 4, 100]) {
        const bytes = Uint8Array.from({ length }, (_, i) => i * 77);
        const text = encodeBase64url(bytes);
        expect(text).toBe(base64urlnopad.encode(bytes));
        expect(decodeBase64url(text)).toEqual(bytes);
      }
      for (const text of ['A', 'AQABA', 'AB', 'AA==', 'AQ\n', '+A', 'é']) {
        expect(decodeBase64url(text), JSON.stringify(text)).toBeNull();
      }
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

const NodeBuffer = Buffer;

/** As one for React Native that hands text to a native decoder. */
function throwing(...input: [string | ArrayBufferLike, ...never[]]): Buffer {
  const [text] = input;
  if (typeof text === 'string' && !/^([\w-]{4})*([\w-]{2,3})?$/.test(text)) {
    throw new Error('Input is not valid base64-encoded data');
  }
  return NodeBuffer.from(...(input as unknown as [string, 'base64url']));
}

function padded(...input: [string, 'base64url']): Buffer {
  const bytes = NodeBuffer.from(...input);
  const base64 = NodeBuffer.prototype.toString.call(bytes, 'base64');
  bytes.toString = () => base64.replace(/\+/g, '-').replace(/\//g, '_');
  return bytes;
}

function unknownEncoding(): never {
  throw new TypeError('Unknown encoding: base64url');
}

function decodedByScure(text: string): Uint8Array | null {
  try {
    return base64urlnopad.decode(text);
  } catch {
    return null;
  }
}
