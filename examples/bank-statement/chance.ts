/**
 * Tells a value that was leaked from one that stands somewhere by chance.
 *
 * No value of six bytes or more is left out of the search, and a six-digit code is to be expected
 * once in 64^6 random letters: with 3,000 codes and 20,000 payloads of 440 letters, about one hit
 * in three runs. All that randomness comes from texts which the demo itself sent (own-texts.ts),
 * so each hit is looked at where it stands:
 *
 * - Outside those texts it is a leak. Nothing else on the server is random.
 * - On the disk it is a copy of such a text when the bytes around it are that text's as well. The
 *   text itself was searched already, so nothing is lost by passing over its copies.
 * - In a row id it is chance: ids are drawn by `randomUUID`, which knows no value.
 * - In a payload or a header it is a leak when it is too long for chance.
 * - Shorter, in a payload: the row is sealed again in another vault, with another key id, nonce
 *   and ciphertext. Chance doesn't strike the same row twice; what encryption lets through comes
 *   again.
 * - Shorter, in a header: it is chance. No row ever goes into a header; passwords and recovery
 *   keys could, and they are long.
 *
 * What is left of false alarms, for 20,000 rows of ten columns with 200,000 different values, all
 * in letters of base64: 9 million letters x 200,000 values x 6 forms / 64^10 = 1 in 100,000 for
 * long hits, 7 million decoded bytes x 200,000 x 1 / 256^8 far less, and a hit that comes again:
 * 26 hits x 440 letters / 64^6 = 1 in 6 million.
 *
 * What it can't see: a short piece of one row in another row's payload, when it is not there the
 * second time. The hits that were passed over are counted and printed, so many of them show.
 */
import type { Needle } from './needles.js';
import { type OwnTexts, SEPARATOR } from './own-texts.js';

/** From this length on, a hit in random letters or bytes is no chance. */
const LONG = { letters: 10, bytes: 8 } as const;

/** The payload of a row sealed once more, in another vault. */
export type SealAnew = (id: string) => string;

/** Whether a hit within a text of our own is a leak. */
export function isLeak(
  needle: Needle,
  text: string,
  unit: keyof typeof LONG,
  { payloads, ids }: OwnTexts,
  sealAnew: SealAnew,
): boolean {
  if (ids.has(text)) return false;
  if (needle.bytes.length >= LONG[unit]) return true;
  const row = payloads.get(text);
  if (row === undefined) return false;
  const again = sealAnew(row);
  const sought = Buffer.from(needle.bytes);
  return again.includes(sought.toString()) || Buffer.from(again, 'base64url').includes(sought);
}

/** A hit on the disk is a copy when this many more bytes around it agree. */
const CONTEXT = 8;
/**
 * Where a record of the write-ahead log crosses a page, the header of the next page stands in the
 * middle of a text: 24 bytes, or 40 at the beginning of a segment. Large payloads are cut in
 * chunks of 1,996 letters as well; no padded length leaves a last chunk that is too short for
 * this comparison and long enough for a value.
 */
const PAGE_HEADERS = [0, 24, 40] as const;

/** Whether what stands at a place on the disk is a copy of what stands at a place in a text. */
export function isCopy(
  needle: Needle,
  disk: Uint8Array,
  at: number,
  texts: Uint8Array,
  place: number,
): boolean {
  const { length } = needle.bytes;
  const before = agreeing(disk, at - 1, texts, place - 1, -1);
  return before + agreeing(disk, at + length, texts, place + length, 1) >= CONTEXT;
}

/** How many bytes agree from here on, across at most one page header. */
function agreeing(
  disk: Uint8Array,
  at: number,
  texts: Uint8Array,
  place: number,
  step: 1 | -1,
): number {
  const first = run(disk, at, texts, place, step);
  const beyond = PAGE_HEADERS.map((header) =>
    run(disk, at + step * (first + header), texts, place + step * first, step),
  );
  return first + Math.max(...beyond);
}

function run(disk: Uint8Array, at: number, texts: Uint8Array, place: number, step: 1 | -1): number {
  let length = 0;
  while (length < CONTEXT) {
    const byte = texts[place + step * length];
    if (byte === undefined || byte === SEPARATOR) break;
    if (disk[at + step * length] !== byte) break;
    length++;
  }
  return length;
}
