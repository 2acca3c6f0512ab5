/** What the rows of vectors are when nothing happened to them, and the sentences they hold. */
import { type Bytes as ByteList, cell, stamp } from '../../../support/payload-bytes.js';
import { hex } from '../bytes.js';
import { type Fields, holds } from '../vector-file.js';
import { AT_HEX, CELLS, idOf, inserted, TIME } from './notes.js';

export const LATER = stamp(TIME + 1_000);
export const LATER_HEX = hex(LATER);
export const ROW = { id: 'n1', body: 'hello', stars: 5, folder: 'inbox', owner: 'ada' };
export const UNRATED = { id: 'n1', body: 'hello', folder: 'inbox', owner: 'ada' };
export const stamps = (...names: string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, AT_HEX]));
export const ALL = stamps('body', 'stars', 'folder', 'owner');
const starsCell = (tag: number, value: ByteList = []): ByteList =>
  cell({ id: idOf('stars', 'integer'), tag, value });
export const withStars = (tag: number, value: ByteList = []) =>
  inserted([CELLS[0] as ByteList, starsCell(tag, value), CELLS[2] as ByteList]);
export const withoutStars = inserted([CELLS[0] as ByteList, CELLS[2] as ByteList]);

export const FROM_PAYLOAD = holds(
  '13',
  'A mirrored column whose served value differs is a finding (`metadata-mismatch`).',
);
export const MISSING = holds(
  '13',
  'A declared column that the payload lacks, or that is absent or null where the declaration does not allow it, reads as the declaration says (default, null, not set), else `ROW_MALFORMED`.',
);
export const UNKNOWN = holds(
  '13',
  'Columns that the declaration does not have are kept with tag, value and stamp, and written back.',
);
export const LIFE = holds('11', "The life's stamp is that of the last insert or delete.");
export const PADDING = holds('11', 'A reader accepts any number of zeros.');
export const EXTENSIONS = holds(
  '1',
  'It keeps every other one and writes it back with critical 0.',
);
export const mismatch = { findings: [{ code: 'metadata-mismatch', column: 'folder' }] };
