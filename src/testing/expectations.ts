/** How a contract says what it expected. */

export function ensure(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/** Compares data, in whatever order an object has its names. */
export function ensureEqual(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [textOf(actual), textOf(expected)];
  ensure(got === wanted, `${what}: expected ${shortened(wanted)}, got ${shortened(got)}.`);
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
