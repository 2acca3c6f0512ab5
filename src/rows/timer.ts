/** The timer that every host has, and the language does not. */
declare function setTimeout(callback: () => void, ms: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** Whether the host has one; an engine by itself has none. */
export function hasTimer(): boolean {
  return typeof setTimeout === 'function';
}

/** @param ms milliseconds, at most 2³¹ - 1 */
export function startTimer(callback: () => void, ms: number): unknown {
  return setTimeout(callback, ms);
}

/** Ends a timer that runs; with any other value it does nothing. */
export function stopTimer(timer: unknown): void {
  clearTimeout(timer);
}
