const BLOCK_LENGTH = 512;
const SIZE_AT = 124;
const SIZE_LENGTH = 12;

/**
 * A tar archive with the headers of its files zeroed, in place.
 *
 * A header holds dates, sizes and a checksum as octal digits, which change from run to run: a value
 * of six digits would be found among them by chance.
 */
export function withoutFileHeaders(archive: Uint8Array): Uint8Array {
  for (let at = 0; at < archive.length && archive[at] !== 0; ) {
    const header = archive.subarray(at, at + BLOCK_LENGTH);
    const size = octal(header.subarray(SIZE_AT, SIZE_AT + SIZE_LENGTH));
    header.fill(0);
    at += BLOCK_LENGTH * (1 + Math.ceil(size / BLOCK_LENGTH));
  }
  return archive;
}

function octal(digits: Uint8Array): number {
  const [text = ''] = Buffer.from(digits).toString('latin1').split(/[\0 ]/);
  if (!/^[0-7]+$/.test(text)) throw new Error('This is no tar archive: a size is no octal number.');
  return Number.parseInt(text, 8);
}
