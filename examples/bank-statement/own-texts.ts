/**
 * The random texts that the devices sent to the server. A short value stands in so many random
 * letters by chance, so the search must know them apart from everything else: exactly these texts,
 * never whatever looks like one.
 */
import { randomUUID } from 'node:crypto';

export interface OwnTexts {
  /**
   * Each payload that a device sent and the vault opens, or that the story flipped a bit of, and
   * the id that stands in it: of which row.
   */
  readonly payloads: Map<string, string>;
  /** Every version of the vault header, and its hash. */
  readonly headers: Set<string>;
  /** Ids of rows and users, client ids, tokens: UUIDs, drawn without knowing any value. */
  readonly ids: Set<string>;
}

export function createOwnTexts(): OwnTexts {
  return { payloads: new Map(), headers: new Set(), ids: new Set() };
}

export function newId({ ids }: OwnTexts): string {
  const id = randomUUID();
  ids.add(id);
  return id;
}

export function isOwn({ payloads, headers, ids }: OwnTexts, text: string): boolean {
  return payloads.has(text) || headers.has(text) || ids.has(text);
}

/** Many texts in one piece, and which of them stands at a place in it. */
export interface JoinedTexts {
  readonly bytes: Uint8Array;
  textAt(position: number): string;
}

/** Stands between joined texts: no byte of UTF-8, hex or base64, so nothing is found across it. */
export const SEPARATOR = 0xff;

export function joinTexts(
  texts: readonly string[],
  encoding: 'utf8' | 'base64url' = 'utf8',
): JoinedTexts {
  const starts: number[] = [];
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const text of texts) {
    const piece = Buffer.from(text, encoding);
    starts.push(length);
    pieces.push(piece, Uint8Array.of(SEPARATOR));
    length += piece.length + 1;
  }
  return {
    bytes: Buffer.concat(pieces, length),
    textAt: (position) => texts[indexBefore(starts, position)] as string,
  };
}

/** The last of the ascending numbers that is not above the limit. */
function indexBefore(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
