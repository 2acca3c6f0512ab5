import { hash } from '../../src/crypto/derive.js';
import type { KdfBackend, KdfRequest } from '../../src/crypto/kdf.js';

/** A key-derivation function for tests: instant, counts its runs, and depends on every input like Argon2id. */
export interface CountingKdf extends KdfBackend {
  runs: number;
  readonly requests: KdfRequest[];
}

export function fastKdf(): CountingKdf {
  return {
    name: 'fast, for tests',
    runs: 0,
    requests: [],
    async argon2id(request) {
      this.runs += 1;
      this.requests.push(request);
      const { memoryKiB, passes, lanes, password, salt, onProgress } = request;
      onProgress?.(0.5);
      const costs = new TextEncoder().encode(`${memoryKiB} ${passes} ${lanes} ${salt.join()} `);
      onProgress?.(1);
      return hash(Uint8Array.from([...costs, ...password]));
    },
  };
}
