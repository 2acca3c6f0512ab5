/** What every peer is, whatever it is made of. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from '../rows.js';

export interface Peer<Input = unknown, Stored = unknown, Opened = unknown> {
  readonly name: string;
  /** The version that was really loaded. */
  readonly version: string;
  /** What its output protects beyond the secrecy of the columns, and what it does not. */
  readonly protects: string;
  /** Its functions return promises; each is awaited before the next row, as an app would. */
  readonly awaited?: boolean;
  /** Takes part in every third round only. */
  readonly slow?: boolean;
  readonly storedUnit: 'characters' | 'bytes';
  /** What `encrypt` is given, one for each row; not timed. */
  prepare(rows: readonly Row[]): readonly Input[] | Promise<readonly Input[]>;
  /** Timed. */
  encrypt(input: Input): Stored | Promise<Stored>;
  /** Timed. */
  decrypt(stored: Stored): Opened | Promise<Opened>;
  /** Whether all of the row came back; not timed. */
  matches(row: Row, opened: Opened, stored: Stored): boolean;
  storedBytes(stored: Stored): number;
}

const pinned: Record<string, string> = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).dependencies;

/**
 * The version of the package from which `specifier` is loaded. Throws if it is not the pinned
 * one: npm replaces versions that refuse this Node by old ones, without a word.
 */
export function loadedVersion(name: string, specifier = name): string {
  for (let url = new URL(import.meta.resolve(specifier)); ; url = new URL('..', url)) {
    const manifest = readManifest(url);
    if (manifest?.name === name) return assertPinned(name, manifest.version);
    if (url.pathname === '/') throw new Error(`${fileURLToPath(url)} holds no package ${name}.`);
  }
}

function readManifest(url: URL): { name?: string; version: string } | null {
  try {
    return JSON.parse(readFileSync(new URL('./package.json', url), 'utf8'));
  } catch {
    return null;
  }
}

function assertPinned(name: string, version: string): string {
  if (version === pinned[name]) return version;
  throw new Error(`bench/package.json pins ${name} ${pinned[name]}, but ${version} was loaded.`);
}
