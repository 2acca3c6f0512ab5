/**
 * The pixels of a screenshot: PNG with 8 bits a channel, not interlaced, as Chromium writes it.
 */
import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA, four bytes a pixel. */
  readonly pixels: Uint8ClampedArray;
}

const SIGNATURE_LENGTH = 8;
/** Channels by colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

export function readPng(file: Buffer): Picture {
  const chunks = chunksOf(file);
  const [, header] = chunks[0] ?? [];
  if (!header) throw new Error('This is no PNG.');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = CHANNELS[header[9] as number];
  if (header[8] !== 8 || header[12] !== 0 || !channels) throw new Error('Not such a PNG.');
  const data = chunks.filter(([type]) => type === 'IDAT').map(([, content]) => content);
  const lines = unfiltered(inflateSync(Buffer.concat(data)), width * channels, channels);
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < channels; channel++) {
      pixels[at * 4 + channel] = lines[at * channels + channel] as number;
    }
  }
  return { width, height, pixels };
}

function chunksOf(file: Buffer): [type: string, content: Buffer][] {
  const chunks: [string, Buffer][] = [];
  for (let at = SIGNATURE_LENGTH; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.push([type, file.subarray(at + 8, at + 8 + length)]);
    at += length + 12;
  }
  return chunks;
}

/** Undoes the filter that each line names in its first byte (PNG, section 9). */
function unfiltered(data: Buffer, lineLength: number, channels: number): Uint8Array {
  const height = data.length / (lineLength + 1);
  const lines = new Uint8Array(lineLength * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (lineLength + 1)] as number;
    for (let x = 0; x < lineLength; x++) {
      const at = y * lineLength + x;
      const left = x < channels ? 0 : (lines[at - channels] as number);
      const up = y === 0 ? 0 : (lines[at - lineLength] as number);
      const corner = x < channels || y === 0 ? 0 : (lines[at - lineLength - channels] as number);
      const guess = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter];
      lines[at] = (data[y * (lineLength + 1) + 1 + x] as number) + (guess as number);
    }
  }
  return lines;
}

/** Paeth's predictor. */
function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(guess - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
