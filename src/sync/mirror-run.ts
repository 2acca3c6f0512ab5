/** What a running mirror remembers. */
import type { Vault } from '../keys/vault.js';
import type { Table } from '../rows/table.js';
import type { MirrorSettings } from './mirror.js';
import type { MirrorStatus, Observable } from './mirror-status.js';
import type { SyncStore } from './sync-store.js';
import type { UnwrittenPass } from './unwritten-pass.js';
import type { WorkLoop } from './work-loop.js';

export interface MirrorRun {
  readonly store: SyncStore;
  readonly settings: MirrorSettings;
  readonly tables: ReadonlyMap<string, Table>;
  readonly declarations: ReadonlyMap<string, string>;
  readonly status: Observable<MirrorStatus>;
  readonly loop: WorkLoop;
  /** `null` while locked. */
  vault: Vault | null;
  /** Whether it is this one that works, of the mirrors of the database, as far as it has heard. */
  isWorking: boolean;
  /** What the one that works has shown last, and how often it was looked at since. */
  heard: { readonly beat: number; readonly looks: number };
  /** The last one there was, which may be locked. */
  latestVault: Vault | null;
  /** The one that the last turn had. */
  turnVault: Vault | null;
  /** That one, with keys that left it but under which this device sealed before. */
  recalling: Vault | null;
  /** Why it ended; `null` while it runs. */
  ended: Error | null;
  /** Entries at which transactions of the app are known to end. */
  ends: readonly number[];
  /** What arrived up to this entry may be under a revoked key; 0 for nothing. */
  acceptRetiredUpTo: number;
  /** The last pass, if it could not be written. */
  unwritten: UnwrittenPass | null;
  /** Rows in the next one, about. */
  passSize: number;
  /** Turns that failed one after the other. */
  failures: number;
  /** Rows that failed in the last of them, each by itself. */
  readonly suspects: Set<string>;
  /** The engine has all of the first sync; it stands in plaintext after the next idle turn. */
  isDownloaded: boolean;
  firstSync: MirrorStatus['firstSync'];
  /** Which rows of the first sync were opened so far, by `rowKey`. */
  readonly opened: Set<string>;
  countedAt: number;
  timer: unknown;
  pulse: unknown;
  stopListening: () => void;
  /** Resolves once it has ended. */
  stopped: Promise<void> | null;
}
