/** A payload's id: its nonce, which is characters 45 to 76 of the payload's text. */
import { encodeBase64url } from '../bytes/base64url.js';
import type { RowVersion } from '../rows/row-version.js';
import type { EngineRow } from './sync-store.js';

const ID_AT = 44;
const ID_LENGTH = 32;

export function payloadIdOf({ payload }: EngineRow): string {
  return String(payload).slice(ID_AT, ID_AT + ID_LENGTH);
}

export function openedPayloadId({ nonce }: RowVersion): string {
  return encodeBase64url(nonce);
}
