/** One device's stream: what is new, as soon as it is, and keepalives while nothing is. */
import { checkpointLines, isNews, type Progress, type Sight } from './checkpoint-lines.js';
import type { Outlet } from './outlet.js';
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
  outlet: Outlet,
  request: StreamRequest,
  world: StreamWorld,
): Promise<void> {
  const send = lineSender(outlet, world);
  const positions = request.buckets?.map(({ name, after }) => [name, Number(after)] as const);
  const progress: Progress = { positions: new Map(positions), described: new Map() };
  let keepaliveAt = Date.now() + world.keepaliveEvery;
  while (outlet.isOpen()) {
    const changed = world.changed();
    const now = Date.now();
    const secondsLeft = Math.max(Math.floor((world.expiresAt() - now) / 1000), 0);
    if (now >= world.expiresAt()) {
      await send(JSON.stringify({ token_expires_in: 0 }));
      outlet.end();
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
    await somethingHappens(outlet, changed, Math.min(keepaliveAt, world.expiresAt()));
  }
}

/** Writes lines as fast as the client takes them, and stops where a fault says so. */
function lineSender(outlet: Outlet, world: StreamWorld): (line: string) => Promise<void> {
  const fault = world.takeFault(['cut', 'torn']);
  let left = fault ? (fault.afterLines ?? 1) : Number.POSITIVE_INFINITY;
  return async (line) => {
    if (!outlet.isOpen()) return;
    if (left === 0 && fault?.kind === 'cut') {
      outlet.end();
    } else if (left === 0) {
      await outlet.tear(line);
    } else {
      left--;
      world.onLine();
      await outlet.send(line);
    }
  };
}

/** Waits for a change, for the end of the connection, or until a time. */
async function somethingHappens(
  outlet: Outlet,
  changed: Promise<unknown>,
  time: number,
): Promise<void> {
  if (!outlet.isOpen()) return;
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(finish, Math.min(Math.max(time - Date.now(), 0), 2 ** 31 - 1));
    const stopListening = outlet.onClose(finish);
    changed.then(finish, finish);
  });
}
