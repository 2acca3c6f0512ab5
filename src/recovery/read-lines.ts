/** Lines of a file that arrives in pieces of any size; never more than one line is held. */

export interface Line {
  /** Counting from 1. */
  readonly number: number;
  /** Without the line feed; valid until the next line is asked for. `null` when there are too many. */
  readonly bytes: Uint8Array | null;
}

/** The beginning of a line whose end has not come yet. */
interface Held {
  buffer: Uint8Array;
  length: number;
}

const LINE_FEED = 10;
const LEAST_BUFFER = 4096;

/**
 * Every line, and what follows the last line feed if it is not empty.
 *
 * @param limit the most bytes of a line, by its number; of a longer one nothing is kept
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: (number: number) => number,
): AsyncGenerator<Line, void, undefined> {
  const held: Held = { buffer: new Uint8Array(0), length: 0 };
  let number = 1;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      yield { number, bytes: endLine(held, chunk.subarray(from, end), limit(number)) };
      number += 1;
      from = end + 1;
    }
    hold(held, chunk.subarray(from), limit(number));
  }
  if (held.length > 0) {
    yield { number, bytes: endLine(held, new Uint8Array(0), limit(number)) };
  }
}

/** The whole line; mostly a view of the chunk that it stands in. */
function endLine(held: Held, end: Uint8Array, limit: number): Uint8Array | null {
  if (held.length === 0) return end.length > limit ? null : end;
  hold(held, end, limit);
  const { buffer, length } = held;
  held.length = 0;
  if (length > limit) {
    held.buffer = new Uint8Array(0);
    return null;
  }
  return buffer.subarray(0, length);
}

/** Copies, since a source may use its buffers again. Past the limit only the length grows. */
function hold(held: Held, more: Uint8Array, limit: number): void {
  const at = held.length;
  held.length += more.length;
  if (held.length > limit) return;
  if (held.length > held.buffer.length) {
    const larger = new Uint8Array(Math.max(LEAST_BUFFER, Math.min(limit, held.length * 2)));
    larger.set(held.buffer.subarray(0, at));
    held.buffer = larger;
  }
  held.buffer.set(more, at);
}
