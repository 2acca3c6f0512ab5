/** Where a stream's lines go: an HTTP answer in one of two formats, or a WebSocket. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { serialize } from 'bson';

export interface Outlet {
  isOpen(): boolean;
  /** Resolves once there is room for another line. */
  send(line: string): Promise<void>;
  /** Sends as much of a line as shows that it is broken off, and breaks the connection. */
  tear(line: string): Promise<void>;
  /** Ends the stream, as when all is well. */
  end(): void;
  destroy(): void;
  /** Calls back when the connection is over; returns how to stop that. */
  onClose(listener: () => void): () => void;
}

const NDJSON = 'application/x-ndjson';
const BSON = 'application/vnd.powersync.bson-stream';

/** In BSON where the client accepts it, if the server speaks it. */
export function httpOutlet(
  res: ServerResponse,
  accept: string | undefined,
  speaksBson: boolean,
): Outlet {
  const isBson = speaksBson && (accept ?? '').includes(BSON);
  const encode = isBson ? bsonOf : (line: string) => Buffer.from(`${line}\n`);
  res.writeHead(200, { 'content-type': isBson ? BSON : NDJSON });
  res.flushHeaders();
  return {
    isOpen: () => !res.writableEnded && !res.destroyed,
    async send(line) {
      if (!res.write(encode(line))) await drained(res);
    },
    async tear(line) {
      const bytes = encode(line);
      await new Promise((sent) => res.write(bytes.subarray(0, bytes.length / 2), sent));
      res.destroy();
    },
    end: () => void res.end(),
    destroy: () => void res.destroy(),
    onClose(listener) {
      res.once('close', listener);
      return () => void res.off('close', listener);
    },
  };
}

/** A line as the document that the service would send. */
export function bsonOf(line: string): Uint8Array {
  return serialize(JSON.parse(line));
}

async function drained(res: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(res, 'drain', { signal }), once(res, 'close', { signal })]);
  over.abort();
}
