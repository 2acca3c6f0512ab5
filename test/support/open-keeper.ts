import type { VaultKeeper } from '../../src/index.js';

/** A keeper whose insides a test can see and change. */
export interface OpenKeeper extends VaultKeeper {
  kept: Uint8Array | null;
  /** Every call, in order. */
  readonly calls: (keyof VaultKeeper)[];
  /** Every buffer that passed between rowseal and the keeper: rowseal is to zero them. */
  readonly buffers: Uint8Array[];
}

export function openKeeper(): OpenKeeper {
  return {
    kept: null,
    calls: [],
    buffers: [],
    async keep(secret) {
      this.calls.push('keep');
      this.buffers.push(secret);
      this.kept = Uint8Array.from(secret);
    },
    async recall() {
      this.calls.push('recall');
      if (!this.kept) return null;
      const secret = Uint8Array.from(this.kept);
      this.buffers.push(secret);
      return secret;
    },
    async forget() {
      this.calls.push('forget');
      this.kept = null;
    },
  };
}
