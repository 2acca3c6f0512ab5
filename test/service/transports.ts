/** The ways in which PowerSync's SDK takes a stream, and how each is chosen on Node. */
import { type SyncOptions, SyncStreamConnectionMethod } from '@powersync/common';
import type { RemoteOptions } from '../support/powersync-at.js';

export type Transport = 'NDJSON over HTTP' | 'BSON over HTTP' | 'BSON over WebSocket';

/** What an HTTP stream of each transport has as its content type. */
const HTTP_FORMATS: Readonly<Record<Transport, readonly string[]>> = {
  'NDJSON over HTTP': ['application/x-ndjson'],
  'BSON over HTTP': ['application/vnd.powersync.bson-stream'],
  'BSON over WebSocket': [],
};

/** How one device is made to use a transport. */
export interface Line {
  readonly remoteOptions: RemoteOptions;
  readonly syncOptions: SyncOptions;
  /** The formats of the streams that came over HTTP: those of the transport, and no other. */
  formats(): { readonly taken: readonly string[]; readonly expected: readonly string[] };
}

/**
 * Over HTTP the SDK accepts both formats, prefers BSON, and reads whichever the answer says it is;
 * so the format is chosen by what is asked for.
 */
export function lineOver(transport: Transport): Line {
  const expected = HTTP_FORMATS[transport];
  const taken = new Set<string>();
  return {
    remoteOptions: {
      async customFetch(resource, init) {
        if (!String(resource).endsWith('/sync/stream')) return fetch(resource, init);
        const headers = { ...init?.headers, accept: expected.join() };
        const response = await fetch(resource, { ...init, headers });
        if (response.ok) taken.add(`${response.headers.get('content-type')}`);
        return response;
      },
    },
    syncOptions: {
      connectionMethod:
        transport === 'BSON over WebSocket'
          ? SyncStreamConnectionMethod.WEB_SOCKET
          : SyncStreamConnectionMethod.HTTP,
    },
    formats: () => ({ taken: [...taken], expected }),
  };
}
