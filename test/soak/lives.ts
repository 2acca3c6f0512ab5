/** The processes that are killed, one after the other. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeviceState } from './device-state.js';
import type { JournalEntry } from './journal.js';

export type Command =
  | { readonly to: 'start'; readonly locked: boolean }
  | { readonly to: 'write' }
  /** With the journal's entries after this one. */
  | { readonly to: 'tell'; readonly after: number };

export type Report =
  | { readonly is: 'loaded' }
  | { readonly is: 'started' }
  | { readonly is: 'state'; readonly state: DeviceState; readonly journal: JournalEntry[] };

type Told<Is extends Report['is']> = Extract<Report, { is: Is }>;

export interface Life {
  /** Does not wait for what comes of it. */
  order(command: Command): void;
  /** The next report of this kind; rejects when the process ends by itself. */
  hear<Is extends Report['is']>(is: Is): Promise<Told<Is>>;
  kill(): Promise<void>;
}

const children = new Set<ChildProcess>();

/** Ends those that still run when something went wrong. */
export function endAllLives(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** A process that has loaded its code and waits for commands. */
export async function beginLife(args: readonly string[]): Promise<Life> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(join(import.meta.dirname, 'child.ts'), args, {
    execArgv: ['--import', tsx],
    serialization: 'advanced', // maps stay maps
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const hear = <Is extends Report['is']>(is: Is) => reportFrom(child, is);
  await hear('loaded');
  return {
    order: (command) => void child.send(command),
    hear,
    async kill() {
      const exited = child.exitCode === null ? once(child, 'exit') : [child.exitCode];
      child.kill('SIGKILL');
      const [code] = await exited;
      if (code !== null) throw new Error(`The app ended by itself with ${code}.`);
    },
  };
}

function reportFrom<Is extends Report['is']>(child: ChildProcess, is: Is): Promise<Told<Is>> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', hear);
      child.off('exit', ended);
    };
    const hear = (report: Report) => {
      if (report.is !== is) return;
      stop();
      resolve(report as Told<Is>);
    };
    const ended = (code: number | null) => {
      stop();
      reject(new Error(`The app ended with ${code} before it was '${is}'.`));
    };
    child.on('message', hear);
    child.on('exit', ended);
  });
}
