/** Where a listener's error goes: it is the app's own mistake. */

interface Host {
  readonly reportError?: (error: unknown) => void;
  readonly console: { error(error: unknown): void };
}

/** Lets the error be seen, while it stops nothing and ends no process. */
export function reportBug(error: unknown): void {
  const { reportError, console } = globalThis as unknown as Host;
  if (reportError) reportError(error);
  else console.error(error);
}
