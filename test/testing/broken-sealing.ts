/** Adapters that let leave what waits under an earlier key. */

import type { Sealing } from '../../src/sync/sealing.js';
import { startOf, VAULT_ID } from '../../src/testing/adapter-bench.js';
import { outcomesBy, rowsBy, storesBy } from './break-adapter.js';
import type { BrokenAdapters } from './broken-queues.js';

export const BROKEN_SEALING: BrokenAdapters = {
  'does not look for what waits under another key': [
    rowsBy((row) => (row.entries.some(({ dir }) => dir === 'reseal') ? null : row)),
    'hands out first, and whole, what waits for upload under another key',
  ],
  'divides an upload that is sealed again': [
    storesBy((store) => ({
      async readWork(limit, now, ends) {
        const work = await store.readWork(limit, now, ends);
        return { ...work, rows: work.rows.slice(0, limit) };
      },
    })),
    'hands out first, and whole, what waits for upload under another key',
  ],
  'seals what the app wrote since along with it': [
    storesBy((store) => ({
      async readWork(limit, now, ends) {
        const work = await store.readWork(limit, now, ends);
        return { ...work, upTo: work.snapshot };
      },
    })),
    'hands out first, and whole, what waits for upload under another key',
  ],
  'sends both the payload before and the next': [
    outcomesBy((each) => ({ ...each, supersedes: false })),
    'takes back what is superseded, and names what that had merged',
  ],
  'takes back only what is replaced': [
    outcomesBy((each) => (each.sealed ? each : { ...each, supersedes: false })),
    'takes back what can not be sealed again, and hands it out at a release',
  ],
  'sends while uploads are held': [
    storesBy(() => ({ holdUploads: async () => {} })),
    'lets nothing leave that is to be sealed again, and nothing sealed while it is held',
  ],
  'notes a key for a mirror that stands by': [
    storesBy((store) => ({
      async sealUnder(sealing) {
        await store.takeOver(startOf(VAULT_ID));
        return store.sealUnder(sealing);
      },
    })),
    'notes a key for the mirror that works, and for no other',
  ],
  'goes back to an earlier key': [
    storesBy((store) => ({
      async sealUnder(sealing) {
        await store.sealUnder(sealing);
        return 'noted';
      },
    })),
    'refuses keys without the one used last, until log-out',
  ],
  'forgets headers at a kill': [
    storesBy((store) => {
      let noted: readonly string[] = [];
      return {
        async sealUnder(sealing) {
          const done = await store.sealUnder(sealing);
          if (done === 'noted') noted = sealing.headers;
          return done;
        },
        notedHeaders: async () => noted,
      };
    }),
    'notes headers with a key, through a kill, until log-out',
  ],
  'notes headers with another key only': [
    storesBy((store) => {
      let before: Sealing | null = null;
      return {
        async sealUnder(sealing) {
          const isSame = before?.prefixes[0] === sealing.prefixes[0];
          const given = isSame && before ? { ...sealing, headers: before.headers } : sealing;
          const done = await store.sealUnder(given);
          if (done === 'noted') before = given;
          return done;
        },
      };
    }),
    'notes headers with a key, through a kill, until log-out',
  ],
};
