/** What a service makes of a token: whose it is, if it is one. */
import { createHmac } from 'node:crypto';
import type { Session } from '../../examples/sync-server/devices.js';
import type { Service } from './environment.js';

/** In seconds. */
const LONGEST_LIFETIME = 3600;

export function sessionIn(
  token: string,
  { secret, keyId, audience }: Omit<Service, 'url'>,
): Session | null {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const hmac = createHmac('sha256', Buffer.from(secret, 'base64url'));
  if (hmac.update(`${header}.${claims}`).digest('base64url') !== signature) return null;
  const { alg, kid } = read(header);
  const { sub, aud, iat, exp } = read(claims);
  const isFor = alg === 'HS256' && kid === keyId && aud === audience;
  if (!isFor || Number(exp) - Number(iat) > LONGEST_LIFETIME) return null;
  return { device: '', owner: String(sub), expiresAt: Number(exp) * 1000 };
}

function read(part: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
