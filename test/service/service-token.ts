/** The token with which a device asks for a user's rows: a JWT, signed with HMAC-SHA-256. */
import { createHmac } from 'node:crypto';
import type { Service } from './environment.js';

/** The service takes none that lasts longer than an hour. */
const LIFETIME_SECONDS = 1800;

/** @param now seconds since 1970 */
export function serviceToken(
  { secret, keyId, audience }: Omit<Service, 'url'>,
  owner: string,
  now = Math.floor(Date.now() / 1000),
): string {
  const header = { alg: 'HS256', typ: 'JWT', kid: keyId };
  const claims = { sub: owner, aud: audience, iat: now, exp: now + LIFETIME_SECONDS };
  const signed = `${part(header)}.${part(claims)}`;
  const key = Buffer.from(secret, 'base64url');
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
