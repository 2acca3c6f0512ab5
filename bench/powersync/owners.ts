import type { Kind } from './served-rows.js';

/** Whose rows these are: a device gets what its owner has. */
export function ownerOf(kind: Kind, count: number): string {
  return `${kind} ${count}`;
}
