/** One walk through the rows of a table, in pages: those that are under another key move to the primary one. */
import { RowsealError } from '../errors.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { payloadPrefix } from './key-use.js';
import { reencryptRow } from './reencrypt-row.js';
import type { SealedRowOf } from './row-types.js';
import { pauseFor, throwIfStopped } from './stop-signal.js';
import type { ReencryptFailure, ReencryptOptions, StoredRows } from './stored-rows.js';
import type { Table } from './table.js';

export interface Run<T extends Table> {
  readonly vault: Vault;
  readonly table: T;
  readonly rows: StoredRows<SealedRowOf<T>>;
  readonly options: ReencryptOptions;
  readonly primaryPrefix: string;
  /** Awaited before each row, so that everything else has its turn. */
  readonly othersTurn: () => Promise<void> | null;
  moved: number;
}

export interface Walk {
  done: number;
  readonly failed: ReencryptFailure[];
  readonly busy: string[];
}

const PAGE_LENGTH = 100;

/** Once through the table. */
export async function walk<T extends Table>(
  run: Run<T>,
  onProgress?: ReencryptOptions['onProgress'],
): Promise<Walk> {
  const result: Walk = { done: 0, failed: [], busy: [] };
  const ends = new Set<string>();
  for (let after: string | null = null; ; ) {
    const page: readonly SealedRowOf<T>[] = await readPage(run, after);
    const last = page.at(-1);
    if (!last) return result;
    if (ends.has(last.id)) repeated();
    ends.add(last.id);
    after = last.id;
    for (const sealed of page) await move(run, sealed, result);
    onProgress?.({ done: result.done, moved: run.moved });
    await pauseFor(run.options.pauseMs ?? 0, run.options.signal);
  }
}

async function readPage<T extends Table>(
  run: Run<T>,
  after: string | null,
): Promise<readonly SealedRowOf<T>[]> {
  const { vault, rows, options, primaryPrefix } = run;
  // Also where every row is passed over unopened.
  revealSecrets(vault);
  throwIfStopped(options.signal);
  const page = await rows.readRows(after, options.pageLength ?? PAGE_LENGTH, primaryPrefix);
  if (!Array.isArray(page) || page.some((row) => typeof row?.id !== 'string')) {
    throw new TypeError('readRows must give a list of rows, each with the text of its id.');
  }
  return page;
}

async function move<T extends Table>(
  run: Run<T>,
  sealed: SealedRowOf<T>,
  result: Walk,
): Promise<void> {
  await run.othersTurn();
  throwIfStopped(run.options.signal);
  result.done += 1;
  if (payloadPrefix(sealed.payload) === run.primaryPrefix) return;
  const next = reencrypted(run, sealed, result.failed);
  if (!next) return;
  const isStored: unknown = await run.rows.replaceRow(next, sealed);
  if (typeof isStored !== 'boolean') {
    throw new TypeError('replaceRow must say whether it stored the row: true or false.');
  }
  if (isStored) run.moved += 1;
  else result.busy.push(sealed.id);
}

/** `null` for a row that does not open, which is noted. */
function reencrypted<T extends Table>(
  { vault, table, options }: Run<T>,
  sealed: SealedRowOf<T>,
  failed: ReencryptFailure[],
): SealedRowOf<T> | null {
  try {
    return reencryptRow(vault, table, sealed, { acceptRetired: options.acceptRetired ?? false });
  } catch (error) {
    if (!(error instanceof RowsealError) || endsAll(error)) throw error;
    failed.push(Object.freeze({ id: sealed.id, error }));
    return null;
  }
}

/** What no row is to blame for. */
function endsAll({ code }: RowsealError): boolean {
  return code === 'LOCKED' || code === 'NO_SECURE_RANDOM';
}

/** A store that begins again would be walked through for ever. */
function repeated(): never {
  throw new TypeError(
    'readRows gave the same rows again: it must give those whose id comes after the one it is told.',
  );
}
