import sodium from 'libsodium-wrappers';
import { loadedVersion, type Peer } from './peer.js';
import { rawAead } from './raw-aead.js';

/** WebAssembly: what another backend could give. */
export async function rawLibsodium(): Promise<Peer> {
  await sodium.ready;
  return rawAead({
    name: 'raw libsodium-wrappers',
    version: loadedVersion('libsodium-wrappers'),
    seal: ({ key, nonce, payload, associatedData }) =>
      sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(payload, associatedData, null, nonce, key),
    open: ({ key, nonce, associatedData }, ciphertext) =>
      sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        null,
        ciphertext,
        associatedData,
        nonce,
        key,
      ),
  });
}
