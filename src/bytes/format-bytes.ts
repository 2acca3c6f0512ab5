/**
 * The registry of first bytes: every format begins with one, so that an object of one kind can
 * never be read as another.
 *
 * 0x01 to 0x1f belong to rowseal for ever; no other byte will ever begin one of its formats. So
 * 'made by a newer version' (an unassigned byte of that range) is told from 'not ours at all'.
 */
export const FORMAT_BYTE = {
  envelope: 0x01,
  vaultHeader: 0x02,
  keyset: 0x03,
  pin: 0x04,
  keptKey: 0x05,
} as const;

const FIRST_FORMAT_BYTE = 0x01;
const LAST_FORMAT_BYTE = 0x1f;

/** Whether a byte may begin a format of a later version of rowseal. */
export function isFutureFormatByte(byte: number): boolean {
  return (
    byte >= FIRST_FORMAT_BYTE &&
    byte <= LAST_FORMAT_BYTE &&
    !Object.values<number>(FORMAT_BYTE).includes(byte)
  );
}
