/** Payloads begin with a format byte and the id of their key: 33 bytes, 44 characters. */
const ENVELOPE = 0x01;

export function prefixOf(keyId: string): string {
  return Buffer.concat([Buffer.of(ENVELOPE), Buffer.from(keyId, 'base64url')]).toString(
    'base64url',
  );
}

export function countUnder(use: ReadonlyMap<string, number>, keyId: string): number {
  return use.get(prefixOf(keyId)) ?? 0;
}
