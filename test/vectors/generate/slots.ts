/** Key slots by section 6 of docs/format.md, with nothing from `src`. */
import { bigEndian } from '../../support/payload-bytes.js';
import { type Bytes, hkdf, join, named } from './bytes.js';
import { seal } from './places.js';

export interface SlotParts {
  readonly typeByte: number;
  readonly id: Bytes;
  readonly info: Bytes;
  /** Rule, KDF and costs as bytes; empty but for password slots. */
  readonly kdf: Bytes;
  readonly salt: Bytes;
  readonly nonce: Bytes;
}

export const kdfBytes = (memoryKiB: number, passes: number, lanes: number, rule = 1, kdf = 1) =>
  join([rule, kdf], bigEndian(memoryKiB, 4), bigEndian(passes, 4), [lanes]);

export const LEAST_COSTS = kdfBytes(19_456, 2, 1);

export function slotParts(name: string, typeByte: number, info: Bytes = join()): SlotParts {
  return {
    typeByte,
    info,
    kdf: typeByte === 1 ? LEAST_COSTS : join(),
    id: named(`${name} id`, 8),
    salt: named(`${name} salt`, 16),
    nonce: named(`${name} nonce`, 24),
  };
}

const parameters = ({ info, kdf, salt }: SlotParts): Bytes =>
  join(bigEndian(info.length, 2), info, kdf, salt);

export const slotAssociatedData = (vaultId: Bytes, parts: SlotParts): Bytes =>
  join(vaultId, [parts.typeByte], parts.id, parameters(parts));

export const slotBytes = (typeByte: number, id: Bytes, body: Bytes): Bytes =>
  join([typeByte], id, bigEndian(body.length, 2), body);

/** A slot that wraps a vault key under a KEK, with one part of it changed if told. */
export function makeSlot(
  vaultId: Bytes,
  parts: SlotParts,
  kek: Bytes,
  vaultKey: Bytes,
  change: { readonly commitment?: Bytes; readonly sealedKey?: Bytes } = {},
): Bytes {
  const commitment = hkdf(kek, vaultId, 'rowseal/1 slot commitment');
  const wrapKey = hkdf(kek, vaultId, 'rowseal/1 slot wrap');
  const sealedKey = seal(wrapKey, parts.nonce, vaultKey, slotAssociatedData(vaultId, parts));
  const { commitment: shown = commitment, sealedKey: sealed = sealedKey } = change;
  return slotBytes(parts.typeByte, parts.id, join(parameters(parts), shown, parts.nonce, sealed));
}
