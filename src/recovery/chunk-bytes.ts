/** What a file is read from, as bytes. */
import { isBytes } from '../bytes/is-bytes.js';
import { encodeUtf8 } from '../bytes/utf8.js';

/**
 * What an export is read from: a stream of text or of bytes, such as Node's and the web's, or
 * pieces that are there already.
 */
export type ExportSource = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Text is encoded in pieces, so that a long chunk is not there twice. */
const PIECE_LENGTH = 65536;
const HIGH_SURROGATE = /[\ud800-\udbff]$/;

/** Throws `TypeError` for chunks that are neither, and what the source throws. */
export async function* chunkBytes(
  source: ExportSource,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (typeof source === 'string') {
    throw new TypeError(
      'An export is read from a stream, or from a list of pieces: not from a path.',
    );
  }
  let half = '';
  for await (const chunk of source) {
    if (isBytes(chunk)) {
      yield* encodePieces(half);
      half = '';
      yield chunk;
      continue;
    }
    const text = half + asText(chunk);
    // The other half of the character is in the next chunk.
    half = HIGH_SURROGATE.test(text) ? text.slice(-1) : '';
    yield* encodePieces(text.slice(0, text.length - half.length));
  }
  yield* encodePieces(half);
}

function asText(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk;
  throw new TypeError('An export is read from chunks of text or bytes.');
}

function* encodePieces(text: string): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < text.length; ) {
    const cut = text.slice(at, at + PIECE_LENGTH);
    const piece = HIGH_SURROGATE.test(cut) ? text.slice(at, at + PIECE_LENGTH + 1) : cut;
    // What is no text spoils the line that it stands in, and no other.
    yield encodeUtf8(piece) ??
      (encodeUtf8(piece.replace(/\p{Surrogate}/gu, '\ufffd')) as Uint8Array);
    at += piece.length;
  }
}
