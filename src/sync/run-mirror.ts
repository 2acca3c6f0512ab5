/** Runs a mirror over any store. */
import { assertOptions } from '../errors.js';
import { assertVault, type Vault } from '../keys/vault.js';
import { assertGiven } from './arguments.js';
import { followVault } from './follow-vault.js';
import type { Mirror, MirrorSettings, RetryOptions } from './mirror.js';
import { startPulse } from './mirror-pulse.js';
import type { MirrorRun } from './mirror-run.js';
import { createMirrorRun, endReplaced, endRun, requested } from './mirror-turns.js';
import { reencryptAll } from './reencrypt-rows.js';
import type { MirrorReencryptionOptions } from './reencryption.js';
import { keyUse } from './reencryption-tally.js';
import { isRowName } from './row-name.js';
import type { SyncStore } from './sync-store.js';

const LISTED = 100;

const runs = /* @__PURE__ */ new WeakMap<Mirror, MirrorRun>();

/**
 * Takes the work up and starts. Throws what `takeOver` throws; every later failure is part of the
 * status.
 */
export async function runMirror(store: SyncStore, settings: MirrorSettings): Promise<Mirror> {
  const run = createMirrorRun(store, settings);
  await takeVault(run, settings.vault);
  await requested(run, store.release('unsealable'));
  const stopWork = store.onWork(run.loop.wake);
  const follower = settings.vaultStore && followVault(run, settings.vaultStore);
  run.stopListening = () => {
    stopWork();
    follower?.stop();
  };
  settings.firstSync.then(
    () => downloaded(run),
    // The engine was closed before it had synced: there is nothing more to wait for.
    () => {},
  );
  startPulse(run);
  run.loop.wake();
  follower?.wake();
  const mirror: Mirror = Object.freeze({
    get status() {
      return run.status.current;
    },
    get vault() {
      return run.vault;
    },
    subscribe: run.status.subscribe,
    async unlock(vault: Vault) {
      assertVault(vault);
      await takeVault(run, vault);
      run.loop.wake();
      follower?.wake();
    },
    flush: run.loop.drain,
    waitForFirstSync: () => untilFirstSync(run),
    troubledRows: (limit = LISTED) => store.troubled(limit),
    findings: (limit = LISTED) => store.findings(limit),
    retry: (options: RetryOptions = {}) => retry(run, options),
    reencryptAll: (options: MirrorReencryptionOptions = {}) => reencryptAll(run, options),
    keyUse: () => keyUse(store),
    close: () => endRun(run, 'closed', new TypeError('This mirror is closed: start another one.')),
  });
  runs.set(mirror, run);
  return mirror;
}

/** Tells a mirror that another one has its database: while it is locked it would not notice. */
export function replaceMirror(mirror: Mirror): void {
  const run = runs.get(mirror);
  if (run && !run.ended) void endReplaced(run);
}

async function takeVault(run: MirrorRun, vault: Vault | null): Promise<void> {
  await takeUp(run, vault);
  run.vault = vault;
  run.latestVault = vault;
  run.status.set({ state: vault ? 'running' : 'locked', error: null });
}

/** From whichever mirror works: it may hold an older vault. While it is locked, this one takes nothing. */
async function takeUp(run: MirrorRun, vault: Vault | null): Promise<void> {
  // The database may be another user's by now.
  if (run.ended) throw run.ended;
  const { store, declarations } = run;
  const vaultId = vault?.vaultId ?? null;
  const standing = await store.takeOver({ vaultId, declarations, silentSince: null });
  if (standing === 'replaced') void endReplaced(run);
  if (run.ended) throw run.ended;
  // Whoever worked meanwhile may have noted a newer key than this mirror's.
  run.turnVault = null;
  run.isWorking = standing === 'working';
}

function downloaded(run: MirrorRun): void {
  run.isDownloaded = true;
  run.loop.wake();
}

async function retry(run: MirrorRun, options: RetryOptions): Promise<void> {
  assertOptions(options, ['acceptRetired', 'withdrawn'], 'retry');
  const { acceptRetired, withdrawn = [] } = options;
  // Ids alone would name nothing, and nothing would say so.
  const areRows = Array.isArray(withdrawn) && withdrawn.every(isRowName);
  assertGiven(areRows, 'withdrawn: a list of { table, id }');
  // The database may be another user's by now.
  if (run.ended) throw run.ended;
  const { store, loop, vault } = run;
  // It is this mirror that was told to accept them.
  if (acceptRetired && vault) await takeUp(run, vault);
  // Before anything is released: the loop wakes at once.
  run.acceptRetiredUpTo = acceptRetired ? await store.lastSeq() : 0;
  try {
    // A turn that began without it would hold again what is released here.
    if (acceptRetired) await loop.drain();
    await requested(run, store.release());
    await requested(run, store.retryRejected());
    await requested(run, store.retryWithdrawn(withdrawn));
    await loop.drain();
  } finally {
    run.acceptRetiredUpTo = 0;
  }
}

function untilFirstSync({ status, loop }: MirrorRun): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const { state, firstSync } = status.current;
      if (firstSync.done) resolve();
      // A loop that has ended rejects with the reason.
      else if (state === 'closed' || state === 'replaced') loop.drain().catch(reject);
      else return;
      stop();
    };
    const stop = status.subscribe(check);
    check();
  });
}
