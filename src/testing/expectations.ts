/** How a contract says what it expected. */
import { startTimer } from '../rows/timer.js';

const PATIENCE_MS = 20_000;
const POLL_MS = 5;

export function ensure(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/** Compares data, in whatever order an object has its names. */
export function ensureEqual(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [textOf(actual), textOf(expected)];
  ensure(got === wanted, `${what}: expected ${shortened(wanted)}, got ${shortened(got)}.`);
}

/** Waits for a listener to be called. */
export async function untilCalled(holds: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !holds(); waited += POLL_MS) {
    ensure(waited < PATIENCE_MS, `The listener was not called after ${what}.`);
    await new Promise<void>((resolve) => startTimer(resolve, POLL_MS));
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(byName)) : each,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function shortened(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
