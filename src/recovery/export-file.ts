/** Reading an export line by line: what each says, and in the end whether all of them were there. */
import { decodeUtf8 } from '../bytes/utf8.js';
import { beginHash, type RunningHash } from '../crypto/derive.js';
import { equalSecrets } from '../crypto/secrets.js';
import type { Vault } from '../keys/vault.js';
import { chunkBytes, type ExportSource } from './chunk-bytes.js';
import {
  type EndLine,
  FIRST_LINE_LIMIT,
  LINE_LIMIT,
  parseFirstLine,
  parseLine,
  type RowLine,
} from './export-line.js';
import { exportMac } from './export-mac.js';
import { type Line, readLines } from './read-lines.js';

/** Whether all of a file was there, as it was written. */
export type FileState = 'complete' | 'truncated' | 'altered';

/** A line that is no last line: a row, or `null` for a damaged one. */
export interface NumberedRow {
  readonly number: number;
  readonly line: RowLine | null;
}

export interface ExportFile {
  readonly header: string;
  /** Every row of the file; in the end, `judge` says what became of it. Throws `LOCKED`. */
  rows(vault: Vault): AsyncGenerator<NumberedRow, FileState, undefined>;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/** Reads the first line and no other. Throws `EXPORT_DAMAGED`, `UNSUPPORTED_VERSION`. */
export async function beginExport(source: ExportSource): Promise<ExportFile> {
  const lines = readLines(chunkBytes(source), (number) =>
    number === 1 ? FIRST_LINE_LIMIT : LINE_LIMIT,
  );
  const hash = beginHash();
  const close = async (): Promise<void> => {
    await lines.return();
  };
  try {
    const first = await lines.next();
    const text = first.done ? null : textOf(first.value);
    const header = parseFirstLine(text);
    if (!first.done) hashLine(hash, first.value);
    return { header, close, rows: (vault) => readRows(lines, hash, vault) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* readRows(
  lines: AsyncGenerator<Line, void, undefined>,
  hash: RunningHash,
  vault: Vault,
): AsyncGenerator<NumberedRow, FileState, undefined> {
  let rows = 0;
  let state: FileState = 'truncated';
  for await (const each of lines) {
    const text = textOf(each);
    const line = text === null ? null : parseLine(text);
    if (state === 'truncated' && line && 'mac' in line) {
      state = isEnd(vault, line, hash.digest(), rows) ? 'complete' : 'altered';
      continue;
    }
    // Something follows the last line, even if it is another last line.
    if (state === 'complete') state = 'altered';
    if (state === 'truncated') hashLine(hash, each);
    rows += 1;
    yield { number: each.number, line: line && 'row' in line ? line : null };
  }
  return state;
}

function textOf({ bytes }: Line): string | null {
  return bytes && decodeUtf8(bytes);
}

const LINE_FEED = /* @__PURE__ */ Uint8Array.of(10);
/** Stands for what was too long to be kept: no text has such a byte. */
const TOO_LONG = /* @__PURE__ */ Uint8Array.of(0xff);

function hashLine(hash: RunningHash, { bytes }: Line): void {
  hash.update(bytes ?? TOO_LONG);
  hash.update(LINE_FEED);
}

function isEnd(vault: Vault, end: EndLine, hash: Uint8Array, rows: number): boolean {
  return end.rows === rows && equalSecrets(end.mac, exportMac(vault, hash, rows));
}
