/**
 * How many payloads a server counted: databases give numbers, big integers or digits. `null` for
 * anything else, since what is no count must not read as 0.
 */
export function payloadCount(given: unknown): number | null {
  const isCount = ['number', 'bigint', 'string'].includes(typeof given);
  return isCount && /^(0|[1-9]\d*)$/.test(String(given)) ? Number(given) : null;
}
