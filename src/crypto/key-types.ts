/**
 * Names for 32-byte keys that must never be swapped. The brands exist only for the compiler: a
 * DEK where a KEK belongs does not compile.
 */

declare const brand: unique symbol;
type Key<Name extends string> = Uint8Array & { readonly [brand]: Name };

/** Data-encryption key: rows are encrypted under keys derived from it. */
export type Dek = Key<'DEK'>;
/** A key that wraps keys, 32 bytes. */
export type Kek = Key<'KEK'>;
/** The KEK that wraps the keyset; every slot wraps it. */
export type VaultKey = Key<'vault key'>;
/** The AEAD key of rows, derived from a DEK. */
export type RowKey = Key<'row key'>;
/** The key of a header's HMAC, derived from the vault key. */
export type MacKey = Key<'MAC key'>;

/** Every key of rowseal has this length in bytes. */
export const KEY_LENGTH = 32;
