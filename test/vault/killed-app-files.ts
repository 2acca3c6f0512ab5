/** What the killed app and the test that kills it agree on. */
import { join } from 'node:path';
import { byPassword, defineTable, encrypted, type VaultOpener } from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { fileStore } from './file-store.js';

export const notes = defineTable('notes', { body: encrypted.text() });

/** The user's n-th password. */
export function nthPassword(n: number): string {
  return `password number ${n}`;
}

export function byNthPassword(n: number): VaultOpener {
  return byPassword(nthPassword(n), { kdf: fastKdf() });
}

export function appStore(directory: string) {
  return fileStore(directory, directory);
}

/** The number of each password that the user began to set, one a line. */
export const passwordsFile = (directory: string): string => join(directory, 'passwords');
/** One sealed row a line, each written before the next change begins. */
export const rowsFile = (directory: string): string => join(directory, 'rows');
