/** An AEAD alone, on the very bytes that rowseal gives to its own. */
import { isDeepStrictEqual } from 'node:util';
import { type AeadBackend, decryptRow, encryptRow, nobleAead } from '../../dist/index.js';
import { transactions } from '../rows.js';
import type { Peer } from './peer.js';
import { benchVault, type SealedRow } from './rowseal.js';

/** What one sealing takes; recorded, so the nonces are prepared ones. */
export interface AeadCall {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
  readonly associatedData: Uint8Array;
}

interface RawInput extends AeadCall {
  readonly sealed: SealedRow;
}

interface RawStored {
  readonly input: RawInput;
  readonly ciphertext: Uint8Array;
}

export interface RawAead {
  readonly name: string;
  readonly version: string;
  seal(call: AeadCall): Uint8Array;
  open(call: AeadCall, ciphertext: Uint8Array): Uint8Array;
}

export async function rawAead({
  name,
  version,
  seal,
  open,
}: RawAead): Promise<Peer<RawInput, RawStored, Uint8Array>> {
  const calls: AeadCall[] = [];
  const vault = await benchVault(recording(calls));
  return {
    name,
    version,
    protects: 'the AEAD alone, on the payload and associated data of rowseal',
    storedUnit: 'bytes',
    prepare: (rows) =>
      rows.map((row) => {
        const sealed = encryptRow(vault, transactions, row);
        return { ...(calls.at(-1) as AeadCall), sealed };
      }),
    encrypt: (input) => ({ input, ciphertext: seal(input) }),
    decrypt: ({ input, ciphertext }) => open(input, ciphertext),
    matches(row, opened, { input, ciphertext }) {
      const sealed = { ...input.sealed, payload: withCiphertext(input.sealed.payload, ciphertext) };
      const restored = decryptRow(vault, transactions, sealed);
      return isDeepStrictEqual(opened, input.payload) && isDeepStrictEqual(row, restored);
    },
    storedBytes: ({ ciphertext }) => ciphertext.length,
  };
}

function recording(calls: AeadCall[]): AeadBackend {
  return {
    name: 'recording',
    seal(key, nonce, payload, associatedData) {
      // Copies: the originals are wiped after use.
      const [k, n, p, a] = [key, nonce, payload, associatedData].map((each) => each.slice());
      calls.push({ key: k, nonce: n, payload: p, associatedData: a } as AeadCall);
      return nobleAead.seal(key, nonce, payload, associatedData);
    },
    open: (...call) => nobleAead.open(...call),
  };
}

function withCiphertext(payload: string, ciphertext: Uint8Array): string {
  const envelope = Buffer.from(payload, 'base64url');
  const prefix = envelope.subarray(0, envelope.length - ciphertext.length);
  return Buffer.concat([prefix, ciphertext]).toString('base64url');
}
