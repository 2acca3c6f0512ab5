/** Long work on the thread that draws: now and then everything else has its turn. */

import { hasTimer, startTimer } from './timer.js';

interface Port {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
  close(): void;
}

declare const MessageChannel:
  | (new () => { readonly port1: Port; readonly port2: Port })
  | undefined;

/** Nobody sees a pause that is shorter. */
const SLICE_MS = 30;

/** `items.map(of)`, in slices with everything else in between. */
export async function mapInSlices<Item, Result>(
  items: readonly Item[],
  of: (item: Item) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  const othersTurn = slices();
  for (const item of items) {
    const turn = othersTurn();
    if (turn) await turn;
    results.push(of(item));
  }
  return results;
}

/** What a loop awaits before each step: `null`, or, after a slice, that everything else had its turn. */
export function slices(): () => Promise<void> | null {
  let since = Date.now();
  const endSlice = async () => {
    await everythingElse();
    since = Date.now();
  };
  return () => (Date.now() - since > SLICE_MS ? endSlice() : null);
}

/** In a page that nobody looks at, timers come a second late or a minute; messages do not. */
export function everythingElse(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === 'undefined') {
      if (hasTimer()) startTimer(resolve, 0);
      else resolve();
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
