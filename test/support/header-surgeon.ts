/**
 * Taking a vault header apart and sewing it up again: as a server can, and, with the vault key,
 * as only somebody could who once knew it.
 */

import { derive, mac } from '../../src/crypto/derive.js';
import type { MacKey, VaultKey } from '../../src/crypto/key-types.js';
import { LABEL } from '../../src/crypto/labels.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import {
  type KeySlot,
  makeSlot,
  type SlotContent,
  type SlotType,
} from '../../src/keys/key-slot.js';
import { revealSecrets, type Vault } from '../../src/keys/vault.js';
import {
  encodeAuthenticated,
  encodeFields,
  type HeaderFields,
  parseHeader,
  type VaultHeader,
} from '../../src/keys/vault-header.js';

export interface HeaderParts extends HeaderFields {
  readonly sealedKeyset: Uint8Array;
  readonly mac: Uint8Array;
}

/** What a forger knows and chooses. */
export interface Forgery extends Partial<HeaderFields> {
  /** The keyset's plain bytes; those of the header unless told. */
  readonly keyset?: Uint8Array;
}

const NONCE = Uint8Array.from({ length: 24 }, (_, i) => i + 1);

/** The header with some parts replaced, under the MAC it had: all that a server can do. */
export function alter(header: string, parts: Partial<HeaderParts>): string {
  const whole = { ...parseHeader(header), ...parts };
  return textOf([...encodeAuthenticated(whole, whole.sealedKeyset), ...whole.mac]);
}

/** The header with some parts replaced, keyset and MAC made anew: all that the vault key can do. */
export function forge(header: string, vaultKey: VaultKey, forgery: Forgery): string {
  const old = parseHeader(header);
  const { keyset = openKeyset(old, vaultKey), ...fields } = forgery;
  const next = { ...old, ...fields };
  const wrapKey = derive(vaultKey, next.vaultId, LABEL.keysetWrap);
  const sealed = nobleAead.seal(wrapKey, NONCE, keyset, encodeFields(next));
  return authenticate(next, Uint8Array.from([...NONCE, ...sealed]), vaultKey);
}

/** The header with its keyset as it stands and a MAC under any vault key. */
export function authenticate(
  fields: HeaderFields,
  sealedKeyset: Uint8Array,
  vaultKey: VaultKey,
): string {
  const bytes = encodeAuthenticated(fields, sealedKeyset);
  const macKey = derive(vaultKey, fields.vaultId, LABEL.headerMac) as MacKey;
  return textOf([...bytes, ...mac(macKey, bytes)]);
}

/** The keyset's plain bytes. */
export function openKeyset(header: VaultHeader, vaultKey: VaultKey): Uint8Array {
  const wrapKey = derive(vaultKey, header.vaultId, LABEL.keysetWrap);
  const { sealedKeyset } = header;
  const nonce = sealedKeyset.subarray(0, NONCE.length);
  const sealed = sealedKeyset.subarray(NONCE.length);
  return nobleAead.open(wrapKey, nonce, sealed, encodeFields(header)) as Uint8Array;
}

/** The slots of a header, with the content of one of them changed and its body encoded anew. */
export function withSlot(header: string, type: SlotType, change: Partial<SlotContent>): KeySlot[] {
  return parseHeader(header).slots.map((slot) =>
    slot.content?.type === type ? makeSlot(slot.id, { ...slot.content, ...change }) : slot,
  );
}

export function slotOf(header: string, type: SlotType): KeySlot & { content: SlotContent } {
  const slot = parseHeader(header).slots.find(({ content }) => content?.type === type);
  if (!slot?.content) throw new Error(`The header has no ${type} slot.`);
  return { ...slot, content: slot.content };
}

/** The key behind an open vault: what somebody has who once opened it. */
export function stolenKey(vault: Vault): VaultKey {
  return revealSecrets(vault).vaultKey.slice() as VaultKey;
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

export function textOf(bytes: Iterable<number>): string {
  return Buffer.from(Uint8Array.from(bytes)).toString('base64url');
}
