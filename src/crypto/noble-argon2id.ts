/**
 * Argon2id by `@noble/hashes`: pure JavaScript, runs everywhere, about a second at the default
 * costs. Apart from `kdf.ts`, so that an app without passwords ships none of it.
 */
import { argon2id, argon2idAsync } from '@noble/hashes/argon2.js';
import type { KdfBackend, KdfRequest } from './kdf.js';
import { KEY_LENGTH } from './key-types.js';

/** The part of the host's scheduling that is used where it exists. */
interface Host {
  readonly setTimeout?: unknown;
  readonly scheduler?: {
    yield?: unknown;
    postTask?<T>(task: () => Promise<T>, options: { priority: 'background' }): Promise<T>;
  };
}

export const nobleArgon2id: KdfBackend = {
  name: 'noble',
  async argon2id(request) {
    const host = globalThis as Host;
    const { password, salt } = request;
    const options = nobleOptions(request);
    // A bare context has no way to yield; it has no event loop to keep alive either.
    if (!host.setTimeout && !host.scheduler?.yield) return argon2id(password, salt, options);
    const run = () => argon2idAsync(password, salt, options);
    // Chromium resumes `scheduler.yield` before timers and messages of normal priority: without
    // this the page would stand still for the whole run.
    return host.scheduler?.postTask
      ? host.scheduler.postTask(run, { priority: 'background' })
      : run();
  },
};

function nobleOptions({ memoryKiB, passes, lanes, onProgress }: KdfRequest) {
  return {
    m: memoryKiB,
    t: passes,
    p: lanes,
    dkLen: KEY_LENGTH,
    ...(onProgress && { onProgress }),
  };
}
