/** The processes of the benchmark: one server, and one for each scene that is played. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ServedCounts } from './bench-server.js';
import type { Figures, Scene } from './scene.js';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A scene that hangs must end the run. */
const LONGEST_MS = 600_000;

export interface BenchServer {
  readonly url: string;
  close(): void;
}

export async function startServer(served: ServedCounts): Promise<BenchServer> {
  const child = program('./bench-server.ts');
  child.send(served);
  const { url } = await answerOf<{ url: string }>(child, 'The server');
  return { url, close: () => child.disconnect() };
}

/** Plays a scene in a process of its own; `profileIn` is a folder for V8's CPU profiles. */
export async function play(scene: Scene, profileIn?: string): Promise<Figures> {
  const execArgv = profileIn ? ['--cpu-prof', '--cpu-prof-dir', profileIn] : [];
  const child = program('./play-scene.ts', { execArgv, timeout: LONGEST_MS });
  child.send(scene);
  const exited = once(child, 'exit');
  const figures = await answerOf<Figures>(child, `The scene '${scene.name}'`);
  await exited;
  return figures;
}

function program(file: string, { execArgv = [], ...options }: ForkOptions = {}): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return fork(path, { ...options, execArgv: ['--import', TSX, ...execArgv] });
}

function answerOf<Answer>(child: ChildProcess, what: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('exit', (code) => reject(new Error(`${what} ended with ${code}, and no answer.`)));
  });
}
