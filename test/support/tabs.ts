/** Several processes of an app on one database file, each with a mirror. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { MirrorStatus } from 'rowseal/powersync';
import { onTestFinished } from 'vitest';
import { until } from './synced-devices.js';

const program = fileURLToPath(new URL('tab.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface TabCommand {
  readonly to:
    | 'start'
    | 'write'
    | 'writeOn'
    | 'stopWriting'
    | 'flush'
    | 'lock'
    | 'unlock'
    | 'retry'
    | 'close'
    | 'logOut';
  readonly number: number;
}

export interface TabReport {
  readonly loaded?: true;
  readonly status?: MirrorStatus;
  readonly committed?: string;
  readonly done?: number;
  /** The code of what went wrong. */
  readonly failed?: string;
}

export interface Tab {
  readonly state: string;
  readonly status: MirrorStatus | null;
  /** The rows whose commit was reported to the app. */
  readonly committed: readonly string[];
  /** Resolves with the code of what went wrong, or with nothing. */
  ask(to: TabCommand['to']): Promise<string | undefined>;
  /** Waits until the mirror is one of these. */
  is(...states: readonly string[]): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
}

/** A process that has loaded the app; its mirror starts when it is asked to. */
export async function openTab(folder: string, name: string, locked = false): Promise<Tab> {
  const child = fork(program, [folder, name, ...(locked ? ['locked'] : [])], {
    execArgv: ['--import', tsx],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const committed: string[] = [];
  let status: MirrorStatus | null = null;
  child.on('message', (report: TabReport) => {
    if (report.committed) committed.push(report.committed);
    if (report.status) status = report.status;
  });
  await reportOf(child, ({ loaded }) => loaded === true);
  let number = 0;
  const tab: Tab = {
    get state() {
      return status?.state ?? 'none';
    },
    get status() {
      return status;
    },
    committed,
    async ask(to) {
      const asked = ++number;
      const report = reportOf(child, ({ done }) => done === asked);
      child.send({ to, number: asked });
      return (await report).failed;
    },
    is: (...states) =>
      until(() => {
        if (!states.includes(tab.state)) throw new Error(`${name} is ${tab.state}.`);
      }),
    signal: (signal) => void child.kill(signal),
    async kill() {
      if (child.exitCode !== null || child.signalCode) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
  return tab;
}

function reportOf(child: ChildProcess, isIt: (report: TabReport) => boolean): Promise<TabReport> {
  return new Promise((resolve, reject) => {
    const hear = (report: TabReport) => {
      if (!isIt(report)) return;
      child.off('message', hear);
      child.off('exit', end);
      resolve(report);
    };
    const end = (code: number | null) => reject(new Error(`The process ended with ${code}.`));
    child.on('message', hear);
    child.once('exit', end);
  });
}
