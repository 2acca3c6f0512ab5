import type { HeaderChange, VaultStore } from '../../src/index.js';
import type { OpenStore } from './open-store.js';

/** What a server, or a crash, does to one write. */
export type Fault =
  | 'drop' // says yes, keeps nothing
  | 'refuse' // throws, keeps nothing
  | 'late error' // throws, and keeps it all the same
  | 'cut' // keeps the first half
  | 'twice' // delivers it twice
  | 'delay' // says yes, and delivers it only when the test says so
  | 'keep, then hide'; // keeps it, and shows the old one for a while

export const FAULTS: readonly Fault[] = [
  'drop',
  'refuse',
  'late error',
  'cut',
  'twice',
  'delay',
  'keep, then hide',
];

export interface FaultyStore extends VaultStore {
  /** The server stops lying: what it held back is delivered. */
  deliver(): Promise<void>;
}

/** The device's own store, at a server that plays one fault on the next header write. */
export function faultyStore(store: OpenStore, fault: Fault): FaultyStore {
  const before = store.header;
  let held: HeaderChange | null = null;
  let hiding = false;
  return {
    loadHeader: async () => (hiding ? before : store.loadHeader()),
    loadPin: () => store.loadPin(),
    savePin: (pin) => store.savePin(pin),
    async saveHeader(change) {
      if (fault === 'refuse') throw new Error('503');
      if (fault === 'delay') held = change;
      if (fault === 'drop' || fault === 'delay') return;
      await store.saveHeader(change);
      if (fault === 'twice') await store.saveHeader(change);
      if (fault === 'cut') store.header = change.header.slice(0, change.header.length / 2);
      if (fault === 'keep, then hide') hiding = true;
      if (fault === 'late error') throw new Error('timeout');
    },
    async deliver() {
      hiding = false;
      if (held) await store.saveHeader(held);
    },
  };
}
