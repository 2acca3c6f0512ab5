/** Adapters in which the wrong mirror works, or none. */
import { VAULT_ID } from '../../src/testing/adapter-bench.js';
import type { Lease, SyncStore, TakeOver } from '../../src/testing/testing.js';
import { handsBy, storesBy } from './break-adapter.js';
import type { BrokenAdapters } from './broken-queues.js';

/** Stores that tell otherwise who works. */
const leaseBy = (change: (lease: Lease) => Lease) =>
  storesBy((store) => ({ lease: async (awaits) => change(await store.lease(awaits)) }));

const takeOverBy = (change: (start: TakeOver) => TakeOver) =>
  storesBy((store) => ({ takeOver: (start) => store.takeOver(change(start)) }));

/** What a store says and does though its mirror has ended. */
const ofEnded = (part: Partial<SyncStore>) =>
  [storesBy(() => part), ENDED] satisfies BrokenAdapters[string];

const ENDED = 'ends every mirror at log-out, and does nothing more that their apps ask for';
const SILENT = 'leaves the work to a mirror that has shown that it is there';
const BEATS = 'shows that a mirror works to those that stand by, and writes nothing otherwise';
const FREE = 'is free when the mirror that works gives up, and not when another does';

export const BROKEN_LEASES: BrokenAdapters = {
  'lets two mirrors write': [
    storesBy((store, hands) => ({
      async writeOutcomes(outcomes, snapshot) {
        const result = await store.writeOutcomes(outcomes, snapshot);
        if (result !== 'standby') return result;
        const other = hands.createStore();
        await other.takeOver({ vaultId: VAULT_ID, declarations: new Map(), silentSince: null });
        return other.writeOutcomes(outcomes, snapshot);
      },
    })),
    'lets one mirror write only, the last',
  ],
  'lets a locked mirror take the work': [
    takeOverBy((start) => ({ ...start, vaultId: start.vaultId ?? VAULT_ID })),
    'leaves the work where it is to a mirror that starts locked',
  ],
  'takes the work from one that is there': [
    takeOverBy((start) => ({ ...start, silentSince: null })),
    SILENT,
  ],
  'takes the work from nobody': [takeOverBy((start) => ({ ...start, silentSince: -1 })), SILENT],
  'beats always the same': [leaseBy((lease) => ({ ...lease, beat: 7 })), SILENT],
  'beats though nobody looks': [
    storesBy((store, hands) => ({
      async beat() {
        const other = hands.createStore();
        await other.takeOver({ vaultId: null, declarations: new Map(), silentSince: null });
        await other.lease(true);
        return store.beat();
      },
    })),
    BEATS,
  ],
  'beats though nobody looks any more': [
    storesBy((store, hands) => ({
      async beat() {
        const standing = await store.beat();
        const other = hands.createStore();
        await other.takeOver({ vaultId: null, declarations: new Map(), silentSince: null });
        await other.lease(true);
        return standing;
      },
    })),
    BEATS,
  ],
  'never beats': [
    storesBy((store) => ({ beat: async () => (await store.lease(false)).standing })),
    BEATS,
  ],
  'is never free': [leaseBy((lease) => ({ ...lease, isFree: false })), FREE],
  'lets any mirror give up': [
    storesBy((store) => ({
      async giveUp() {
        await store.takeOver({ vaultId: null, declarations: new Map(), silentSince: null });
        await store.giveUp();
      },
      lease: async (awaits) => ({ ...(await store.lease(awaits)), isFree: true }),
    })),
    FREE,
  ],
  'works on after giving up': [storesBy(() => ({ giveUp: async () => {} })), FREE],
  'writes what was read before the work was lost': [
    storesBy((store) => ({
      async writeOutcomes(outcomes, snapshot) {
        await store.readWork(1, 0, []);
        return store.writeOutcomes(outcomes, snapshot);
      },
    })),
    'writes nothing of what was read before the work was lost, though it came back',
  ],
  'lets a locked mirror declare': [
    storesBy((store, hands) => ({
      async takeOver(start) {
        const standing = await store.takeOver(start);
        if (start.vaultId !== null) return standing;
        await hands.createStore().takeOver({ ...start, vaultId: VAULT_ID });
        return standing;
      },
    })),
    'leaves a declaration that changed to the mirror that works',
  ],
  'tells nobody that the work was given up': [
    storesBy(() => ({ onWork: () => () => {} })),
    'calls back when the work is given up',
  ],
  'goes on with the next user': [
    handsBy((hands) => ({
      createStore() {
        let store = hands.createStore();
        return {
          ...store,
          async takeOver(start) {
            const standing = await store.takeOver(start);
            if (standing !== 'replaced') return standing;
            store = hands.createStore();
            return store.takeOver(start);
          },
        };
      },
    })),
    ENDED,
  ],
  'releases for the next user': ofEnded({ release: async () => 'queued' }),
  'sends again what the next user was refused': ofEnded({ retryRejected: async () => 'queued' }),
  'sends again what the next user lost': ofEnded({ retryWithdrawn: async () => 'queued' }),
  'takes a log-out for another mirror': [
    leaseBy((lease) => ({ ...lease, standing: 'standby' })),
    ENDED,
  ],
};
