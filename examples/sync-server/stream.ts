/** One device's stream: what is new, as soon as it is, and keepalives while nothing is. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { checkpointLines, isNews, type Progress, type Sight } from './checkpoint-lines.js';
import type { StreamFault } from './sync-server.js';

/** What the client says when it opens a stream. */
export interface StreamRequest {
  readonly client_id?: string;
  readonly buckets?: readonly { readonly name: string; readonly after: string }[];
}

export interface StreamWorld {
  look(): Sight;
  /** Resolves when there may be something new. */
  changed(): Promise<unknown>;
  /** When its token ends, in milliseconds since 1970. */
  expiresAt(): number;
  takeFault(kinds: readonly StreamFault['kind'][]): StreamFault | null;
  readonly keepaliveEvery: number;
  onLine(): void;
}

export async function serveStream(
  res: ServerResponse,
  request: StreamRequest,
  world: StreamWorld,
): Promise<void> {
  res.writeHead(200, { 'content-type': 'application/x-ndjson' });
  res.flushHeaders();
  const send = lineSender(res, world);
  const positions = request.buckets?.map(({ name, after }) => [name, Number(after)] as const);
  const progress: Progress = { positions: new Map(positions), described: new Map() };
  let keepaliveAt = Date.now() + world.keepaliveEvery;
  while (isOpen(res)) {
    const changed = world.changed();
    const now = Date.now();
    const secondsLeft = Math.max(Math.floor((world.expiresAt() - now) / 1000), 0);
    if (now >= world.expiresAt()) {
      await send(JSON.stringify({ token_expires_in: 0 }));
      res.end();
      return;
    }
    const sight = world.look();
    if (isNews(sight, progress)) {
      const isChecksumWrong = world.takeFault(['checksum']) !== null;
      for (const line of checkpointLines(sight, progress, isChecksumWrong)) await send(line);
      continue; // there may be more since the client took its time
    }
    if (now >= keepaliveAt) {
      keepaliveAt = now + world.keepaliveEvery;
      await send(JSON.stringify({ token_expires_in: secondsLeft }));
    }
    await somethingHappens(res, changed, Math.min(keepaliveAt, world.expiresAt()));
  }
}

/** Writes lines as fast as the client takes them, and stops where a fault says so. */
function lineSender(res: ServerResponse, world: StreamWorld): (line: string) => Promise<void> {
  const fault = world.takeFault(['cut', 'torn']);
  let left = fault ? (fault.afterLines ?? 1) : Number.POSITIVE_INFINITY;
  return async (line) => {
    if (!isOpen(res)) return;
    if (left === 0 && fault?.kind === 'cut') {
      res.end();
    } else if (left === 0) {
      const half = line.slice(0, line.length / 2);
      await new Promise((sent) => res.write(half, sent));
      res.destroy();
    } else {
      left--;
      world.onLine();
      if (!res.write(`${line}\n`)) await drained(res);
    }
  };
}

function isOpen(res: ServerResponse): boolean {
  return !res.writableEnded && !res.destroyed;
}

async function drained(res: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(res, 'drain', { signal }), once(res, 'close', { signal })]);
  over.abort();
}

/** Waits for a change, for the end of the connection, or until a time. */
async function somethingHappens(
  res: ServerResponse,
  changed: Promise<unknown>,
  time: number,
): Promise<void> {
  if (!isOpen(res)) return;
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      res.off('close', finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(Math.max(time - Date.now(), 0), 2 ** 31 - 1));
    res.once('close', finish);
    changed.then(finish, finish);
  });
}
