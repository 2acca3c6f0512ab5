/**
 * The little of IndexedDB that `browserKeeper` needs: one record by name, in one transaction.
 *
 * The platform's shapes are declared here, since the package knows no DOM. Each call opens the
 * database and closes it again: a tab that is left open blocks no other.
 */
import { RowsealError } from '../errors.js';

const DATABASE = 'rowseal keeper';
const VERSION = 1;
const KEPT = 'kept';

interface StorageRequest<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}

interface OpenRequest extends StorageRequest<Database> {
  onupgradeneeded: (() => void) | null;
  onblocked: (() => void) | null;
}

interface Database {
  createObjectStore(name: string): unknown;
  transaction(store: string, mode: Mode, options: { readonly durability: 'strict' }): Transaction;
  close(): void;
}

interface Transaction {
  readonly error: unknown;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
  objectStore(name: string): Records;
}

/** The records of all keepers of one origin, by name. */
interface Records {
  get(name: string): StorageRequest<unknown>;
  put(record: object, name: string): StorageRequest<unknown>;
  delete(name: string): StorageRequest<unknown>;
}

type Mode = 'readonly' | 'readwrite';

/** What one request answers, once its transaction is on disk. Throws `STORE_FAILED`. */
export async function inDatabase<T>(
  mode: Mode,
  request: (records: Records) => StorageRequest<T>,
): Promise<T> {
  try {
    const database = await openDatabase();
    try {
      return await inTransaction(database, mode, request);
    } finally {
      database.close();
    }
  } catch (cause) {
    throw new RowsealError(
      'STORE_FAILED',
      'The browser stores nothing here: its storage is off, full, held by another tab, or this is a private window. Ask for the password; the vault works without being kept.',
      { cause },
    );
  }
}

function openDatabase(): Promise<Database> {
  return new Promise((resolve, reject) => {
    const { indexedDB } = globalThis as {
      indexedDB?: { open(name: string, version: number): OpenRequest };
    };
    if (!indexedDB) throw new Error('This platform has no IndexedDB.');
    const request = indexedDB.open(DATABASE, VERSION);
    let blocked = false;
    request.onupgradeneeded = () => request.result.createObjectStore(KEPT);
    request.onblocked = () => {
      blocked = true;
      reject(new Error('Another tab holds an earlier version of the database open.'));
    };
    request.onsuccess = () => (blocked ? request.result.close() : resolve(request.result));
    request.onerror = () => reject(request.error);
  });
}

function inTransaction<T>(
  database: Database,
  mode: Mode,
  request: (records: Records) => StorageRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    // Strict: a secret that was forgotten must not be back after a power cut.
    const transaction = database.transaction(KEPT, mode, { durability: 'strict' });
    const answer = request(transaction.objectStore(KEPT));
    transaction.oncomplete = () => resolve(answer.result);
    transaction.onabort = () => reject(transaction.error ?? answer.error);
  });
}
