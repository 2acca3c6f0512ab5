/** The sync server in a process of its own: started and asked by `spawn-sync-server.ts`. */
import { startSyncServer } from './start-sync-server.js';
import type { SyncServerOptions } from './sync-server.js';

/** What the parent sends after the options: one call. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What the child sends: once that it is ready, then what became of each call. */
export type Report =
  | { readonly ready: { readonly url: string; readonly methods: readonly string[] } }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Error };

const tell = (report: Report) => process.send?.(report);

process.once('disconnect', () => process.exit()); // the parent is gone, or done
process.once('message', async (options: SyncServerOptions) => {
  const server = await startSyncServer(options);
  const { url, ...methods } = server;
  process.on('message', async ({ id, method, args }: Call) => {
    try {
      const run = methods[method as keyof typeof methods] as (...args: unknown[]) => unknown;
      tell({ id, value: await run(...args) });
    } catch (error) {
      tell({ id, error: error as Error });
    }
  });
  tell({ ready: { url, methods: Object.keys(methods) } });
});
