/** As much of React as the examples use: a render outside of any component. */

/** Subscribes and unsubscribes at once, and gives what is there. */
export function useSyncExternalStore<Snapshot>(
  subscribe: (listener: () => void) => () => void,
  getSnapshot: () => Snapshot,
): Snapshot {
  subscribe(() => {})();
  return getSnapshot();
}
