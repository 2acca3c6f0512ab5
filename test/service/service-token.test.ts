import { expect, it } from 'vitest';
import { serviceToken } from './service-token.js';

const key = { kty: 'oct', alg: 'HS256', k: Buffer.alloc(32, 7).toString('base64url') };

it('is a token that Web Cryptography verifies, for the owner and for half an hour', async () => {
  const token = serviceToken({ secret: key.k, keyId: 'k1', audience: 'app' }, 'adä', 1_800_000_000);
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(read(header)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' });
  expect(read(claims)).toEqual({ sub: 'adä', aud: 'app', iat: 1_800_000_000, exp: 1_800_001_800 });
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('jwk', key, hmac, false, ['verify']);
  const bytes = (text: string, form: BufferEncoding) => new Uint8Array(Buffer.from(text, form));
  const signed = bytes(`${header}.${claims}`, 'utf8');
  const of = bytes(signature, 'base64url');
  expect(await crypto.subtle.verify('HMAC', imported, of, signed)).toBe(true);
});
