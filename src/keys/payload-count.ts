/** Sums of 256 of them are still exact. */
const GREATEST = 2 ** 44;

/**
 * How many payloads a server counted: databases give numbers, big integers or digits. `null` for
 * anything else, since what is no count must not read as 0. One that no database can reach is a lie, and
 * as good as the greatest that adds up.
 */
export function payloadCount(given: unknown): number | null {
  const isCount = ['number', 'bigint', 'string'].includes(typeof given);
  if (!isCount || !/^(0|[1-9]\d*)$/.test(String(given))) return null;
  return Math.min(Number(given), GREATEST);
}
