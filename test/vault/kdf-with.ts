import type { KdfBackend } from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';

/** A key-derivation function during which something happens, as it may in a second of Argon2id. */
export function kdfWith(happening: () => unknown): KdfBackend {
  const kdf = fastKdf();
  return {
    name: 'interrupted',
    async argon2id(request) {
      await happening();
      return kdf.argon2id(request);
    },
  };
}
