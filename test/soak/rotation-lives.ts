/** The processes that are killed while they re-encrypt, and what they are told. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Edit } from './rotation-app.js';

/** `go`: edit and re-encrypt until killed. `finish`: edit no more, re-encrypt to the end, and tell. */
export type RotationOrder = { readonly to: 'go' | 'finish' };

export type RotationReport =
  | { readonly is: 'loaded' | 'started' }
  | { readonly is: 'finished'; readonly edits: readonly Edit[] };

const children = new Set<ChildProcess>();

/** Ends those that still run when something went wrong. */
export function endAllRotations(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** A process that has loaded its code and waits for orders: its arguments are folder, URL and name. */
export async function beginRotation(args: readonly string[]): Promise<ChildProcess> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(join(import.meta.dirname, 'rotation-child.ts'), args, {
    execArgv: ['--import', tsx],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await reportOf(child, 'loaded');
  return child;
}

export function order(child: ChildProcess, to: RotationOrder['to']): void {
  child.send({ to } satisfies RotationOrder);
}

export function reportOf<Is extends RotationReport['is']>(
  child: ChildProcess,
  is: Is,
): Promise<Extract<RotationReport, { is: Is }>> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', hear);
      child.off('exit', ended);
    };
    const hear = (report: RotationReport) => {
      if (report.is !== is) return;
      stop();
      resolve(report as Extract<RotationReport, { is: Is }>);
    };
    const ended = (code: number | null) => {
      stop();
      reject(new Error(`A device ended with ${code} before it was '${is}'.`));
    };
    child.on('message', hear);
    child.on('exit', ended);
  });
}

/** Kills it at whatever it does; one that has ended by itself is an error. */
export async function killRotation(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`A device ended by itself with ${child.exitCode}.`);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  const [code] = await exited;
  if (code !== null) throw new Error(`A device ended by itself with ${code}.`);
}
