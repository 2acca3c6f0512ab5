import type { HeaderChange, VaultStore } from '../../src/index.js';

/** A store whose insides a test can see and change: header and pin as they lie, and every write. */
export interface OpenStore extends VaultStore {
  header: string | null;
  pin: string | null;
  /** Every header and pin that was ever written, in order. */
  readonly writes: string[];
  /** A second device at the same server: shares the header, remembers its own pin. */
  otherDevice(): OpenStore;
}

interface Server {
  header: string | null;
}

export function openStore(server: Server = { header: null }): OpenStore {
  return {
    writes: [],
    pin: null,
    get header() {
      return server.header;
    },
    set header(header) {
      server.header = header;
    },
    otherDevice: () => openStore(server),
    async loadHeader() {
      return server.header;
    },
    async saveHeader(change: HeaderChange) {
      this.writes.push(change.header);
      const stored = await hashOf(server.header);
      if (stored === (change.expected?.hash ?? null)) server.header = change.header;
    },
    async loadPin() {
      return this.pin;
    },
    async savePin(pin) {
      this.writes.push(pin);
      this.pin = pin;
    },
  };
}

async function hashOf(header: string | null): Promise<string | null> {
  if (header === null) return null;
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(header, 'base64url'));
  return Buffer.from(digest).toString('base64url');
}
