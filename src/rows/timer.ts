/** The timer that every host has, and the language does not. */
declare function setTimeout(callback: () => void, ms: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** @param ms milliseconds, at most 2³¹ - 1 */
export function startTimer(callback: () => void, ms: number): unknown {
  return setTimeout(callback, ms);
}

/** Ends a timer that runs; with any other value it does nothing. */
export function stopTimer(timer: unknown): void {
  clearTimeout(timer);
}
