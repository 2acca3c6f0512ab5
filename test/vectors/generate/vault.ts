/** Keysets, headers and pins by sections 7, 8 and 15 of docs/format.md, with nothing from `src`. */
import { createHmac } from 'node:crypto';
import { bigEndian } from '../../support/payload-bytes.js';
import { type Bytes, base64url, fromBase64url, hkdf, join, named, sha256 } from './bytes.js';
import { keyIdOf, seal } from './places.js';

export interface DataKey {
  readonly dek: Bytes;
  readonly status: number;
  readonly stamp?: Bytes;
}

export const dataKey = (dek: Bytes, status: number, stamp: Iterable<number> = []): Bytes =>
  join(dek, [status], stamp);

/** A keyset of encoded DEKs; the numbers are right unless told. */
export function keysetBytes(
  deks: readonly Bytes[],
  earlier: readonly Bytes[] = [],
  counts: { readonly deks?: number; readonly earlier?: number } = {},
): Bytes {
  return join(
    [0x03],
    bigEndian(counts.deks ?? deks.length, 2),
    ...deks,
    bigEndian(counts.earlier ?? earlier.length, 2),
    ...earlier,
  );
}

export const vaultKeyIdOf = (vaultKey: Bytes, vaultId: Bytes): Bytes =>
  hkdf(vaultKey, vaultId, 'rowseal/1 vault key id');

export interface HeaderParts {
  readonly vaultId: Bytes;
  readonly vaultKey: Bytes;
  readonly epoch: number;
  readonly predecessors: readonly Bytes[];
  readonly slots: readonly Bytes[];
  readonly keyset: Bytes;
  readonly firstByte?: number;
  readonly vaultKeyId?: Bytes;
  readonly predecessorCount?: number;
  readonly slotCount?: number;
  /** The whole extension list. */
  readonly extensions?: Bytes;
  readonly nonce?: Bytes;
  /** Nonce, ciphertext and tag, in place of the sealed keyset. */
  readonly sealedKeyset?: Bytes;
  /** In place of the right one. */
  readonly mac?: Bytes;
  /** After the MAC. */
  readonly trailing?: Bytes;
}

/** Every byte before the length of the sealed keyset. */
export function headerFields(parts: HeaderParts): Bytes {
  const { vaultId, vaultKey, epoch, predecessors, slots } = parts;
  return join(
    [parts.firstByte ?? 0x02],
    vaultId,
    parts.vaultKeyId ?? vaultKeyIdOf(vaultKey, vaultId),
    bigEndian(epoch, 4),
    [parts.predecessorCount ?? predecessors.length],
    ...predecessors,
    [parts.slotCount ?? slots.length],
    ...slots,
    parts.extensions ?? [0],
  );
}

function sealKeyset(parts: HeaderParts): Bytes {
  const nonce = parts.nonce ?? named(`nonce of keyset ${parts.epoch}`, 24);
  const key = hkdf(parts.vaultKey, parts.vaultId, 'rowseal/1 keyset wrap');
  return join(nonce, seal(key, nonce, parts.keyset, headerFields(parts)));
}

export function macOf(vaultKey: Bytes, vaultId: Bytes, bytes: Bytes): Bytes {
  const key = hkdf(vaultKey, vaultId, 'rowseal/1 header MAC');
  return Uint8Array.from(createHmac('sha256', key).update(bytes).digest());
}

export function headerBytes(parts: HeaderParts): Bytes {
  const sealed = parts.sealedKeyset ?? sealKeyset(parts);
  const authenticated = join(headerFields(parts), bigEndian(sealed.length, 2), sealed);
  const mac = parts.mac ?? macOf(parts.vaultKey, parts.vaultId, authenticated);
  return join(authenticated, mac, parts.trailing ?? []);
}

export const headerText = (parts: HeaderParts): string => base64url(headerBytes(parts));
export const pinText = (header: string): string => base64url(join([0x04], fromBase64url(header)));
export const hashOf = (header: string): Bytes => sha256(fromBase64url(header));

/** What follows: one more epoch, and the hash of the header before the earlier ones. */
export function successor(parts: HeaderParts, change: Partial<HeaderParts> = {}): HeaderParts {
  const predecessors = [hashOf(headerText(parts)), ...parts.predecessors].slice(0, 32);
  return { ...parts, epoch: parts.epoch + 1, predecessors, ...change };
}

export { keyIdOf };
