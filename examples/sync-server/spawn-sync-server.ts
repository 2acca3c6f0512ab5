/** Starts the sync server in a process of its own, where it takes no time from what is measured. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Report } from './child.js';
import type { SyncServer, SyncServerOptions } from './sync-server.js';

export async function spawnSyncServer(options: SyncServerOptions): Promise<SyncServer> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), {
    execArgv: ['--import', tsx],
    serialization: 'advanced', // bytes stay bytes
  });
  const { call, ready } = callsTo(child);
  child.send(options);
  const { url, methods } = await ready;
  const server = Object.fromEntries(
    methods.map((name) => [name, (...args: unknown[]) => call(name, args)]),
  );
  return {
    ...(server as unknown as SyncServer),
    url,
    async close() {
      const exited = once(child, 'exit');
      await call('close', []);
      child.disconnect();
      await exited;
    },
  };
}

interface Calls {
  readonly ready: Promise<Extract<Report, { ready: unknown }>['ready']>;
  call(method: string, args: readonly unknown[]): Promise<unknown>;
}

function callsTo(child: ChildProcess): Calls {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  const ready = new Promise<Extract<Report, { ready: unknown }>['ready']>((resolve, reject) => {
    child.on('message', (report: Report) => {
      if ('ready' in report) return resolve(report.ready);
      const call = waiting.get(report.id);
      waiting.delete(report.id);
      if ('error' in report) call?.reject(report.error);
      else call?.resolve(report.value);
    });
    child.once('exit', (code) => {
      const error = new Error(`The sync server's process ended with ${code}.`);
      reject(error);
      for (const call of waiting.values()) call.reject(error);
    });
  });
  return {
    ready,
    call(method, args) {
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        child.send({ id, method, args }, (error) => error && reject(error));
      });
    },
  };
}
