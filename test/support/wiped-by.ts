import { vi } from 'vitest';

/** What each buffer held that a call filled over, as hex: what it wiped is among them. */
export function wipedBy(call: () => unknown): string[] {
  const wiped: string[] = [];
  const { fill } = Uint8Array.prototype;
  const spy = vi.spyOn(Uint8Array.prototype, 'fill').mockImplementation(function (
    this: Uint8Array,
    ...how
  ) {
    wiped.push(Buffer.from(this).toString('hex'));
    return fill.apply(this, how);
  });
  try {
    call();
  } finally {
    spy.mockRestore();
  }
  return wiped;
}
