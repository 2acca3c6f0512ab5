/**
 * A small model of two devices at one server: each call on the server waits for its turn, so that
 * a test can play every order in which the calls of two functions may be answered.
 *
 * Pins are kept on the device, where the server can't delay them, so they take no turns.
 */
import type { VaultStore } from '../../src/index.js';

export type Device = 'A' | 'B';

/** What two functions came to, played in one order. */
export interface Played<Result> {
  /** Who called, in order. */
  readonly order: string;
  readonly results: Readonly<Record<Device, Result>>;
}

type Task<Result> = (store: VaultStore) => Promise<Result>;

/**
 * Plays both tasks once in every order of their store calls.
 *
 * @param setUp makes a world anew for each order: the stores of both devices and their tasks
 */
export async function playEveryOrder<Result>(
  setUp: () => Promise<Readonly<Record<Device, { store: VaultStore; task: Task<Result> }>>>,
  check: (played: Played<Result>) => Promise<void>,
): Promise<number> {
  const untried: string[] = [''];
  let count = 0;
  for (let plan = untried.pop(); plan !== undefined; plan = untried.pop()) {
    const { played, branches } = await play(await setUp(), plan);
    untried.push(...branches);
    await check(played);
    count += 1;
  }
  return count;
}

/** Follows a plan as far as it goes, then lets A go first, and notes where B could have. */
async function play<Result>(
  devices: Readonly<Record<Device, { store: VaultStore; task: Task<Result> }>>,
  plan: string,
) {
  const waiting = new Map<Device, () => void>();
  const running = new Set<Device>(['A', 'B']);
  const start = (device: Device) => {
    const { store, task } = devices[device];
    const turn = () => new Promise<void>((resolve) => waiting.set(device, resolve));
    return task(takingTurns(store, turn)).finally(() => running.delete(device));
  };
  const [a, b] = [start('A'), start('B')];
  const branches: string[] = [];
  let order = '';
  while (running.size > 0) {
    while ([...running].some((device) => !waiting.has(device))) await nextTask();
    const ready = [...waiting.keys()].sort();
    if (ready.length === 0) break;
    const planned = plan[order.length] as Device | undefined;
    const chosen = planned ?? (ready[0] as Device);
    if (!planned) branches.push(...ready.slice(1).map((other) => order + other));
    order += chosen;
    const go = waiting.get(chosen);
    waiting.delete(chosen);
    go?.();
  }
  return { played: { order, results: { A: await a, B: await b } }, branches };
}

function takingTurns(store: VaultStore, turn: () => Promise<void>): VaultStore {
  return {
    loadHeader: () => turn().then(() => store.loadHeader()),
    saveHeader: (change) => turn().then(() => store.saveHeader(change)),
    loadPin: () => store.loadPin(),
    savePin: (pin) => store.savePin(pin),
  };
}

/** Lets everything that can go on without a turn go on. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
