import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { loadedVersion, type Peer } from './peer.js';
import { rawAead } from './raw-aead.js';

/** As published, in this folder's copy: what V8 learns from rowseal's own copy does not reach it. */
export const rawNoble = (): Promise<Peer> =>
  rawAead({
    name: 'raw @noble/ciphers',
    version: loadedVersion('@noble/ciphers', '@noble/ciphers/chacha.js'),
    seal: ({ key, nonce, payload, associatedData }) =>
      xchacha20poly1305(key, nonce, associatedData).encrypt(payload),
    open: ({ key, nonce, associatedData }, ciphertext) =>
      xchacha20poly1305(key, nonce, associatedData).decrypt(ciphertext),
  });
