/**
 * The package's own Argon2id on several threads, for examples: the same bytes at the same costs.
 *
 * An example that creates a vault and opens it derives one key twice, so a run that was asked for
 * before is not repeated.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { KdfBackend, KdfRequest } from '../../src/crypto/kdf.js';

type Settle = (tag: Uint8Array) => void;

const THREADS = Math.min(4, availableParallelism());
const workers: Worker[] = [];
const waiting = new Map<number, Settle>();
const known = new Map<string, Promise<Uint8Array>>();

export const pooledArgon2id: KdfBackend = {
  name: 'noble, on several threads',
  async argon2id({ onProgress, ...request }) {
    onProgress?.(0);
    const name = JSON.stringify(request, (_, value) =>
      value instanceof Uint8Array ? [...value] : value,
    );
    const tag = known.get(name) ?? run(request);
    known.set(name, tag);
    const copy = (await tag).slice();
    onProgress?.(1);
    return copy;
  },
};

function run(request: KdfRequest): Promise<Uint8Array> {
  const job = known.size;
  if (workers.length < THREADS) workers.push(createWorker());
  const worker = workers[job % workers.length] as Worker;
  return new Promise((settle) => {
    waiting.set(job, settle);
    worker.postMessage({ ...request, job });
  });
}

function createWorker(): Worker {
  const worker = new Worker(new URL('./argon2id-worker.js', import.meta.url));
  worker.unref();
  worker.on('message', ({ job, tag }: { job: number; tag: Uint8Array }) => waiting.get(job)?.(tag));
  return worker;
}
