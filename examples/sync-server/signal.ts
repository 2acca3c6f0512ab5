/** How streams hear that there may be something new. */

export interface Signal {
  /** Resolves at the next `notify`. */
  next(): Promise<void>;
  notify(): void;
}

export function createSignal(): Signal {
  let resolve = () => {};
  let next = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    next: () => next,
    notify() {
      resolve();
      next = new Promise<void>((done) => {
        resolve = done;
      });
    },
  };
}
