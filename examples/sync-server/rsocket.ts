/**
 * As much of RSocket 1.0 as a stream over a WebSocket takes: a device says who it is, asks for one
 * stream, and takes as many payloads as it asked for. Each message of the WebSocket is one frame.
 *
 * | bytes | field |
 * | --- | --- |
 * | 4 | stream id, 0 for the connection |
 * | 2 | type in the upper 6 bits, flags in the lower 10 |
 * | … | what the type has; then metadata if flagged (3 bytes of length before it); then data |
 */

const TYPE = {
  setup: 0x01,
  keepalive: 0x03,
  requestStream: 0x06,
  requestMore: 0x08,
  cancel: 0x09,
  payload: 0x0a,
  error: 0x0b,
} as const;

const FLAG = { metadata: 0x100, respond: 0x80, complete: 0x40, next: 0x20 } as const;
const APPLICATION_ERROR = 0x201;

export type Frame =
  | { readonly type: 'setup'; readonly metadata: Buffer }
  | { readonly type: 'keepalive'; readonly answer: Buffer | null }
  | {
      readonly type: 'requestStream';
      readonly streamId: number;
      readonly count: number;
      readonly data: Buffer;
    }
  | { readonly type: 'requestMore'; readonly streamId: number; readonly count: number }
  | { readonly type: 'cancel'; readonly streamId: number }
  | { readonly type: 'other' };

const HEAD_LENGTH = 6;
/** Two versions, two times. */
const SETUP_LENGTH = 12;
const KEEPALIVE_LENGTH = 8;

export function readFrame(bytes: Buffer): Frame {
  const streamId = bytes.readUInt32BE(0);
  const [type, flags] = [bytes.readUInt16BE(4) >> 10, bytes.readUInt16BE(4) & 0x3ff];
  const body = bytes.subarray(HEAD_LENGTH);
  switch (type) {
    case TYPE.setup:
      return { type: 'setup', metadata: partsOf(withoutTypes(body), flags).metadata };
    case TYPE.keepalive:
      return { type: 'keepalive', answer: flags & FLAG.respond ? keepaliveAnswer(body) : null };
    case TYPE.requestStream: {
      const { data } = partsOf(body.subarray(4), flags);
      return { type: 'requestStream', streamId, count: body.readUInt32BE(0), data };
    }
    case TYPE.requestMore:
      return { type: 'requestMore', streamId, count: body.readUInt32BE(0) };
    case TYPE.cancel:
      return { type: 'cancel', streamId };
    default:
      return { type: 'other' };
  }
}

export function payloadFrame(streamId: number, data: Uint8Array): Buffer {
  return Buffer.concat([head(streamId, TYPE.payload, FLAG.next), data]);
}

export function endFrame(streamId: number): Buffer {
  return head(streamId, TYPE.payload, FLAG.complete);
}

export function errorFrame(streamId: number, message: string): Buffer {
  const code = Buffer.alloc(4);
  code.writeUInt32BE(APPLICATION_ERROR);
  return Buffer.concat([head(streamId, TYPE.error, 0), code, Buffer.from(message)]);
}

function keepaliveAnswer(body: Buffer): Buffer {
  return Buffer.concat([
    head(0, TYPE.keepalive, 0),
    Buffer.alloc(KEEPALIVE_LENGTH), // a position, for connections that are resumed
    body.subarray(KEEPALIVE_LENGTH),
  ]);
}

function head(streamId: number, type: number, flags: number): Buffer {
  const bytes = Buffer.alloc(HEAD_LENGTH);
  bytes.writeUInt32BE(streamId, 0);
  bytes.writeUInt16BE((type << 10) | flags, 4);
  return bytes;
}

/** What follows the names of the types of metadata and data, each with a byte of length. */
function withoutTypes(setup: Buffer): Buffer {
  const afterFirst = SETUP_LENGTH + 1 + setup.readUInt8(SETUP_LENGTH);
  return setup.subarray(afterFirst + 1 + setup.readUInt8(afterFirst));
}

function partsOf(bytes: Buffer, flags: number): { metadata: Buffer; data: Buffer } {
  if ((flags & FLAG.metadata) === 0) return { metadata: Buffer.alloc(0), data: bytes };
  const end = 3 + bytes.readUIntBE(0, 3);
  return { metadata: bytes.subarray(3, end), data: bytes.subarray(end) };
}
