import { encodeBase64url } from '../bytes/base64url.js';
import { FORMAT_BYTE } from '../bytes/format-bytes.js';

/** How every payload under a data key begins: format byte and key id, 44 characters. */
export function prefixOf(keyId: Uint8Array): string {
  return encodeBase64url(Uint8Array.of(FORMAT_BYTE.envelope, ...keyId));
}
