/** From a CSV header to column names that are safe in SQL, in JavaScript and in rowseal. */

/** Columns that the app adds to those of the file, for what its user has to say. */
export const OWN_COLUMNS = ['my_note', 'my_tag'] as const;
/** The server's column that says whose row it is. */
export const OWNER_COLUMN = 'owner_id';

/** What rowseal, this app, Postgres and JavaScript keep for themselves. */
const RESERVED = new Set([
  ...'id payload parents siblings tableoid xmin cmin xmax cmax ctid'.split(' '),
  ...['constructor', 'prototype', OWNER_COLUMN, ...OWN_COLUMNS],
]);
/** Postgres cuts longer names off, silently; this leaves room for a number. */
const NAME_LENGTH_LIMIT = 56;

/** One name for each header, in order, all different, also for SQLite, which ignores the case. */
export function columnNames(header: readonly string[]): string[] {
  const plain = header.map(safeName);
  const keys = plain.map((name) => name.toLowerCase());
  const taken = new Set(keys);
  return plain.map((name, index) => {
    if (name === '') return unused(`column_${index + 1}`, taken);
    const key = name.toLowerCase();
    return keys.indexOf(key) === keys.lastIndexOf(key) ? name : unused(`${name}_1`, taken);
  });
}

function safeName(header: string): string {
  const words = header
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  const name = RESERVED.has(words.toLowerCase()) ? `csv_${words}` : words;
  return shorten(name);
}

function shorten(name: string): string {
  let short = '';
  for (const character of name) {
    if (Buffer.byteLength(short + character) > NAME_LENGTH_LIMIT) break;
    short += character;
  }
  return short;
}

/** The name itself, or the next one by number that nobody has; it is taken from then on. */
function unused(name: string, taken: Set<string>): string {
  let candidate = name;
  const stem = name.replace(/_\d+$/, '');
  for (let number = 2; taken.has(candidate.toLowerCase()); number++) {
    candidate = `${stem}_${number}`;
  }
  taken.add(candidate.toLowerCase());
  return candidate;
}
