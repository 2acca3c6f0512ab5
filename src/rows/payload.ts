/**
 * The payload: the encrypted body inside an envelope.
 *
 * | bytes | field |
 * | --- | --- |
 * | varint | life counter, 1 to 2^31 − 2 |
 * | … | extension list (`extension-list.ts`) |
 * | varint | number of stamp groups, 1 to 257 |
 * | … | stamp groups, in rising order of their stamps |
 * | varint | index of the group whose stamp is the life's |
 * | … | zeros: the padding |
 *
 * and each stamp group, the columns last written at one stamp:
 *
 * | bytes | field |
 * | --- | --- |
 * | 16 | stamp |
 * | varint | number of columns; 0 only for the life's group |
 * | 4 | column id, in rising order within the group, once in the payload |
 * | 1 | type tag (`value-codecs.ts`) |
 * | varint | length |
 * | … | value |
 */
import { compareBytes, equalBytes } from '../bytes/compare.js';
import { EXTENSION_LIMIT, readExtensions, writeExtensions } from '../bytes/extension-list.js';
import { readStamp, type StampBytes } from '../bytes/stamp.js';
import {
  createReader,
  readByte,
  readBytes,
  readUint32,
  readVarint,
  type WireReader,
} from '../bytes/wire-reader.js';
import {
  createWriter,
  reserve,
  type WireWriter,
  writeBytes,
  writeVarint,
  writtenBytes,
} from '../bytes/wire-writer.js';
import { type Padding, paddedLength } from '../crypto/padding.js';
import { RowsealError } from '../errors.js';
import { type Cell, isDeleted, LIFE_LIMIT, type RowContent, writeValue } from './row-content.js';
import { ABSENT_TAG, NULL_TAG } from './value-codecs.js';

export const PAYLOAD_LENGTH_LIMIT = 1024 * 1024;
export const CELL_LIMIT = 256;

/** Throws `LIMIT_EXCEEDED` for more than 256 columns or 1 MiB. */
export function encodePayload(
  content: RowContent,
  padding: Padding,
  writer: WireWriter = createWriter(),
): Uint8Array {
  if (content.cells.size > CELL_LIMIT) tooLarge(`more than ${CELL_LIMIT} columns`);
  if (content.extensions.length > EXTENSION_LIMIT) tooLarge('so many extensions');
  const groups = groupByStamp(content);
  writeVarint(writer, content.life);
  writeExtensions(writer, content.extensions);
  writeVarint(writer, groups.length);
  for (const group of groups) writeGroup(writer, group, content);
  writeVarint(
    writer,
    groups.findIndex(({ stamp }) => stamp === content.lifeStamp),
  );
  const length = paddedLength(writer.at, padding);
  if (length > PAYLOAD_LENGTH_LIMIT) tooLarge('more than 1 MiB');
  // The writer's buffer is all zeros past what was written.
  reserve(writer, length - writer.at);
  return writtenBytes(writer);
}

/**
 * Parses an authentic payload; values and stamps are views of `bytes`.
 *
 * Throws `ROW_MALFORMED`, or `UNSUPPORTED_VERSION` for a critical extension.
 */
export function parsePayload(bytes: Uint8Array): RowContent {
  const reader = createReader(bytes, malformedRow);
  const life = readVarint(reader);
  if (life < 1 || life > LIFE_LIMIT) malformedRow('life');
  const extensions = readExtensions(reader);
  const cells = new Map<number, Cell>();
  const { stamps, empty } = readGroups(reader, cells);
  const lifeStamp = stamps[readVarint(reader)] ?? malformedRow('life');
  if (empty.some((stamp) => stamp !== lifeStamp)) malformedRow('stamp');
  const content = { life, lifeStamp, cells, extensions };
  if (isDeleted(content) && cells.size > 0) malformedRow('columns');
  for (let i = reader.at; i < bytes.length; i++) {
    if (bytes[i] !== 0) malformedRow('padding');
  }
  return content;
}

export function malformedRow(part: string): never {
  throw new RowsealError(
    'ROW_MALFORMED',
    `This row breaks the format (${part}). Keep it as it is and use the last good copy.`,
  );
}

interface StampGroup {
  readonly stamp: StampBytes;
  /** Of the columns last written at that stamp, in rising order. */
  readonly ids: number[];
}

function groupByStamp({ cells, lifeStamp }: RowContent): StampGroup[] {
  const groups: StampGroup[] = [{ stamp: lifeStamp, ids: [] }];
  let group = groups[0] as StampGroup;
  for (const id of [...cells.keys()].sort((a, b) => a - b)) {
    const { stamp } = cells.get(id) as Cell;
    if (stamp !== group.stamp) group = groupOf(stamp, groups);
    group.ids.push(id);
  }
  return groups.sort((a, b) => compareBytes(a.stamp, b.stamp));
}

/** The group of a stamp, made if there is none. */
function groupOf(stamp: StampBytes, groups: StampGroup[]): StampGroup {
  const group = groups.find((each) => equalBytes(each.stamp, stamp)) ?? { stamp, ids: [] };
  if (!groups.includes(group)) groups.push(group);
  return group;
}

function writeGroup(writer: WireWriter, { stamp, ids }: StampGroup, { cells }: RowContent): void {
  writeBytes(writer, stamp);
  writeVarint(writer, ids.length);
  for (const id of ids) writeValue(writer, id, cells.get(id) as Cell);
}

/** Fills `cells`; returns the stamps, and which of them are those of no column. */
function readGroups(
  reader: WireReader,
  cells: Map<number, Cell>,
): { readonly stamps: StampBytes[]; readonly empty: StampBytes[] } {
  const count = readVarint(reader);
  if (count < 1 || count > CELL_LIMIT + 1) malformedRow('stamp');
  const stamps: StampBytes[] = [];
  const empty: StampBytes[] = [];
  for (let i = 0; i < count; i++) {
    const stamp = readStamp(reader);
    const last = stamps[i - 1];
    if (last && compareBytes(last, stamp) >= 0) malformedRow('stamp');
    stamps.push(stamp);
    const sizeBefore = cells.size;
    readCells(reader, stamp, cells);
    if (cells.size === sizeBefore) empty.push(stamp);
  }
  return { stamps, empty };
}

function readCells(reader: WireReader, stamp: StampBytes, cells: Map<number, Cell>): void {
  const count = readVarint(reader);
  if (count > CELL_LIMIT - cells.size) malformedRow('columns');
  for (let i = 0, last = -1; i < count; i++) {
    const id = readUint32(reader);
    if (id <= last || cells.has(id)) malformedRow('columns');
    last = id;
    const tag = readByte(reader);
    const bytes = readBytes(reader, readVarint(reader));
    if ((tag === ABSENT_TAG || tag === NULL_TAG) && bytes.length > 0) {
      malformedRow('columns');
    }
    cells.set(id, { stamp, tag, bytes });
  }
}

function tooLarge(what: string): never {
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    `A row can't hold ${what}. Split it, or keep large contents in a file of their own.`,
  );
}
