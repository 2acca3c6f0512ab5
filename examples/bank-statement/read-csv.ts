/** From the bytes of a CSV file to its header and records, or one clear sentence. */
import { parse } from 'csv-parse/sync';
import { OWN_COLUMNS } from './column-names.js';
import { decodeText, type Encoding } from './decode-text.js';
import { UserMistake } from './user-mistake.js';

export interface CsvFile {
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly header: readonly string[];
  /** As many fields each as the header has. */
  readonly records: readonly (readonly string[])[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Excel's first line, which names the delimiter and is no header. */
const SEP_LINE = /^"?sep=([^\w\s"]|\t)"?[;,\t]*(?:\r\n|\n|\r|$)/i;
/** A table has 256 columns, of which the app takes some. */
const COLUMN_LIMIT = 256 - OWN_COLUMNS.length;

export function readCsv(bytes: Uint8Array): CsvFile {
  const { text, encoding } = decodeText(bytes);
  if (text.trim() === '') throw new UserMistake('The file is empty.');
  const [sepLine = '', named] = SEP_LINE.exec(text) ?? [];
  // A line of nothing in its place, so that the lines keep their numbers.
  const table = sepLine === '' ? text : `\n${text.slice(sepLine.length)}`;
  const delimiter = named ?? detectDelimiter(table);
  const [header, ...records] = parseRecords(table, delimiter);
  if (!header || records.length === 0) {
    throw new UserMistake('The file has a header line but no data rows.');
  }
  if (header.length > COLUMN_LIMIT) {
    throw new UserMistake(
      `The file has ${header.length} columns; this demo takes at most ${COLUMN_LIMIT}.`,
    );
  }
  return { encoding, delimiter, header, records };
}

/** The candidate that stands most often in the header line outside quotes; the comma if none does. */
export function detectDelimiter(text: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((each) => [each, 0]));
  let quoted = false;
  for (const character of text.replace(/^[\r\n]+/, '')) {
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (character === '\n' || character === '\r') break;
    const count = counts.get(character);
    if (count !== undefined) counts.set(character, count + 1);
  }
  return DELIMITERS.reduce((best, each) => (at(counts, each) > at(counts, best) ? each : best));
}

function at(counts: ReadonlyMap<string, number>, delimiter: string): number {
  return counts.get(delimiter) ?? 0;
}

function parseRecords(text: string, delimiter: string): string[][] {
  const bytes = Buffer.from(text);
  const records: string[][] = [];
  let width = 0;
  /** Where the record that is being read begins, since the parser counts quoted CRLF twice. */
  let start = 0;
  try {
    parse(bytes, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
      on_record(record: string[], { bytes: end }) {
        width ||= record.length;
        if (record.length !== width) refuseRagged(lineAt(bytes, start), record.length, width);
        records.push(record);
        start = end;
        return null;
      },
    });
  } catch (error) {
    if (error instanceof UserMistake) throw error;
    throw new UserMistake(
      `The row that begins on line ${lineAt(bytes, start)} is not valid CSV: ${reasonOf(error)}.`,
    );
  }
  return records;
}

function refuseRagged(line: number, fields: number, columns: number): never {
  throw new UserMistake(
    `The row that begins on line ${line} has ${fields} ${fields === 1 ? 'field' : 'fields'}, but the header has ${columns}.`,
  );
}

/** The number of the line on which the record after `offset` begins, counted as editors do. */
function lineAt(bytes: Buffer, offset: number): number {
  const before = bytes.toString('utf8', 0, offset);
  const blankLines = /^[\r\n]*/.exec(bytes.toString('utf8', offset))?.[0] ?? '';
  return 1 + ((before + blankLines).match(/\r\n|\n|\r/g)?.length ?? 0);
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quoted field is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something stands between a closing quote and the next field',
  INVALID_OPENING_QUOTE: 'a quote stands inside a field that does not begin with one',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return REASONS[code ?? ''] ?? message ?? 'unknown';
}
