import type { EngineRow } from '../sync/sync-store.js';

/** A payload's id is its nonce: characters 45 to 76 of the text. */
const ID_FROM = 44;
const ID_TO = 76;

/**
 * What the trigger of the shipped SQL keeps: every payload that was replaced by one that does not
 * name it in `parents`, in the order of their text.
 */
export function keptSiblings(before: EngineRow | null, next: EngineRow): string {
  if (!before) return '';
  const merged = wordsOf(next.parents);
  const replaced = new Set([...wordsOf(before.siblings), ...wordsOf(before.payload)]);
  return [...replaced]
    .filter((payload) => payload !== next.payload && !merged.includes(payloadIdOf(payload)))
    .sort()
    .join(' ');
}

/** The id by which `parents` names a payload. */
export function payloadIdOf(payload: string): string {
  return payload.slice(ID_FROM, ID_TO);
}

function wordsOf(text: unknown): string[] {
  return typeof text === 'string' ? text.split(' ').filter((word) => word !== '') : [];
}
