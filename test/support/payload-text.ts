/** Texts that pass for envelopes: for SQL, which looks at their form alone. */
import { createHash } from 'node:crypto';

export const PAYLOAD_ID_LENGTH = 32;

/** A different one for each seed; `length` must not be 1 modulo 4. */
export function payloadText(seed: string | number, length = 120): string {
  const characters = createHash('sha512').update(String(seed)).digest('base64url');
  const times = Math.ceil(length / characters.length);
  return `AQ${characters.repeat(times).slice(0, length - 3)}A`;
}

/** As the trigger cuts it out. */
export function payloadIdOf(payload: string): string {
  return payload.slice(44, 44 + PAYLOAD_ID_LENGTH);
}
