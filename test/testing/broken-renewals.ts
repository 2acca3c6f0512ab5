/** Adapters that find too much or too little under earlier keys. */
import { storesBy } from './break-adapter.js';
import type { BrokenAdapters } from './broken-queues.js';

const ORDER = 'queues what is under another key, in order and once';

export const BROKEN_RENEWALS: BrokenAdapters = {
  'queues all rows at once': [
    storesBy((store) => ({ renewRows: (prefix, after) => store.renewRows(prefix, after, 1000) })),
    ORDER,
  ],
  'begins with the first row each time': [
    storesBy((store) => ({
      async renewRows(prefix, _, limit) {
        return store.renewRows(prefix, null, limit);
      },
    })),
    ORDER,
  ],
  'queues nothing to be re-encrypted': [
    storesBy(() => ({ renewRows: async () => ({ queued: 0, last: null }) })),
    'passes over rows that the server refused, and no others',
  ],
  'goes on after all was cleared': [
    storesBy((store) => ({
      async renewRows(...args) {
        const renewed = await store.renewRows(...args);
        return renewed === 'replaced' ? { queued: 0, last: null } : renewed;
      },
    })),
    'takes a row for a mirror that stands by, and none once all was cleared',
  ],
  'counts rows, and not payloads': [
    storesBy((store) => ({
      keyUse: async () => (await store.keyUse()).map((use) => ({ ...use, payloads: 1 })),
    })),
    'counts payloads by how they begin, siblings too',
  ],
  'names no row': [
    storesBy(() => ({ anyRow: async () => null })),
    'names a row, or none where there is none',
  ],
  'numbers what waits from one on': [
    storesBy((store) => ({
      async uploadsWaiting() {
        const { writes } = await store.uploadsWaiting();
        return { writes, first: Math.min(writes, 1), last: writes };
      },
    })),
    'numbers what waits for upload, and no number twice',
  ],
};
