import { equalBytes } from '../bytes/compare.js';

/** Whether no two of them have one id. */
export function areDistinct(items: readonly { readonly id: Uint8Array }[]): boolean {
  return !items.some(({ id }, i) => items.slice(0, i).some((other) => equalBytes(other.id, id)));
}
