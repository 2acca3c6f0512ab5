/** What running a test through `src` takes and gives, and the forms of JSON in vector files. */
import { isDeepStrictEqual } from 'node:util';
import { RowsealError, type RowsealErrorCode } from '../../../src/index.js';

/** A test with its group's inputs, or a part of one. */
export type Fields = Readonly<Record<string, unknown>>;
/** The outputs for a test's inputs; throws what refuses them. */
export type Handler = (test: Fields) => Fields | Promise<Fields>;
export type Handlers = Readonly<Record<string, Handler>>;

export interface Refusal {
  /** `undefined` where the operation has no code of its own. */
  readonly code: string | undefined;
}

export const bytesOf = (hex: unknown): Uint8Array =>
  Uint8Array.from(Buffer.from(textOf(hex), 'hex'));
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Text in any of the forms that test/vectors/README.md gives it. */
export function textOf(json: unknown): string {
  if (typeof json === 'string') return json;
  if (Array.isArray(json)) return json.map(partOf).join('');
  const { utf16 } = json as { readonly utf16: string };
  const units = (utf16.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16));
  return String.fromCharCode(...units);
}

function partOf(part: unknown): string {
  if (typeof part === 'string') return part;
  const { repeat, times } = part as { readonly repeat: string; readonly times: number };
  return repeat.repeat(times);
}

/** Refuses as a function does that has no code of its own. */
export function orRefuse<T>(value: T | null | undefined, code?: RowsealErrorCode): T {
  if (value !== null && value !== undefined) return value;
  throw code ? new RowsealError(code, 'refused') : new NoCode();
}

export class NoCode extends Error {}

export async function refusalOf(run: () => unknown): Promise<Refusal | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (error instanceof RowsealError) return { code: error.code };
    if (error instanceof NoCode) return { code: undefined };
    throw error;
  }
}

/** Long text stands in parts; any other array is one. */
function expectedOf(json: unknown): unknown {
  return isParts(json) ? textOf(json) : json;
}

export function isParts(json: unknown): boolean {
  return (
    Array.isArray(json) &&
    json.some((part) => typeof part === 'object' && part !== null && 'repeat' in part)
  );
}

/** What is wrong with a handler's answer to a test; `null` when it is as the file says. */
export async function problemWith(handler: Handler, test: Fields): Promise<string | null> {
  const named = `${test.tcId} (${test.comment}): `;
  let outputs: Fields | undefined;
  const refusal = await refusalOf(async () => {
    outputs = await handler(test);
  });
  if (test.result === 'invalid') {
    if (!refusal) return `${named}was accepted: ${JSON.stringify(outputs)}`;
    return refusal.code === test.expect ? null : `${named}${refusal.code}, not ${test.expect}`;
  }
  if (refusal) return `${named}was refused with ${refusal.code}`;
  for (const [name, value] of Object.entries(outputs as Fields)) {
    if (!isDeepStrictEqual(value, expectedOf(test[name]))) {
      const [is, not] = [value, test[name]].map((each) => JSON.stringify(each).slice(0, 500));
      return `${named}${name} is ${is}, not ${not}`;
    }
  }
  return null;
}
