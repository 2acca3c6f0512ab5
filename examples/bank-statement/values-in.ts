/** Looks for values in the files of a device. */
import { type Needle, needlesOf, SHORTEST_NEEDLE } from './needles.js';
import { needlesIn, searchFor } from './search-bytes.js';

/** In bytes. SQLite cuts what is longer than a page; a beginning mostly stands in one piece. */
const LONGEST_PIECE = 60;

export interface ValuesRequest {
  readonly values: readonly string[];
  /** Files without any value: what stands in them is no find. */
  readonly ordinary: readonly Uint8Array[];
  /** Random texts that may stand there, and in which a short value could stand by chance. */
  readonly random: Iterable<string>;
}

export interface FoundValues {
  /** How many values were searched for: the different ones of six bytes or more. */
  readonly searched: number;
  readonly found: ReadonlySet<string>;
}

export function valuesIn(
  files: readonly Uint8Array[],
  { values, ordinary, random }: ValuesRequest,
): FoundValues {
  const long = [...new Set(values)].filter((value) => Buffer.byteLength(value) >= SHORTEST_NEEDLE);
  const all = long.flatMap(piecesOf);
  const known = new Set(
    ordinary.flatMap((file) => [...needlesIn(file, searchFor(all))]).map(({ value }) => value),
  );
  const search = searchFor(all.filter(({ value }) => !known.has(value)));
  const found = files.flatMap((file) => [...needlesIn(without(file, random), search)]);
  return {
    searched: long.length - known.size,
    found: new Set(found.map(({ value }) => value)),
  };
}

/** The beginning of a value in every form, and as JSON writes it. */
function piecesOf(value: string): Needle[] {
  const piece = beginning(value);
  const escaped = beginning(JSON.stringify(value).slice(1, -1));
  return [
    ...needlesOf(piece).map((needle) => ({ ...needle, value })),
    { value, form: 'escaped', bytes: Buffer.from(escaped) },
  ];
}

function beginning(text: string): string {
  let piece = '';
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > LONGEST_PIECE) break;
    piece += character;
  }
  return piece;
}

/** A copy in which these texts are blank. */
function without(file: Uint8Array, texts: Iterable<string>): Uint8Array {
  const copy = Buffer.from(file);
  for (const text of texts) {
    for (let at = copy.indexOf(text); at >= 0; at = copy.indexOf(text, at)) {
      copy.fill(0, at, at + text.length);
    }
  }
  return copy;
}
