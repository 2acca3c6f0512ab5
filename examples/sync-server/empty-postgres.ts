/**
 * An empty Postgres in memory, made of files that were kept: to copy them takes a fraction of the time
 * that it takes to make them, and every process of a test run needs some.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const MODULES = join(import.meta.dirname, '../../node_modules');
/** Where tools keep what they can make again; `npm ci` empties it. */
const CACHE = join(MODULES, '.cache/rowseal');

let kept: Promise<Blob> | undefined;

export async function emptyPostgres(): Promise<PGlite> {
  kept ??= keptFiles();
  return PGlite.create({ loadDataDir: await kept });
}

async function keptFiles(): Promise<Blob> {
  const facts = await readFile(join(MODULES, '@electric-sql/pglite/package.json'), 'utf8');
  const { version } = JSON.parse(facts) as { readonly version: string };
  const path = join(CACHE, `empty-postgres-${version}.tar`);
  const found = await readFile(path).catch(() => null);
  return new Blob([found ?? (await makeFiles(path))]);
}

async function makeFiles(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const db = await PGlite.create();
  const files = await db.dumpDataDir('none');
  await db.close();
  const bytes = new Uint8Array(await files.arrayBuffer());
  // Whole or not at all: several processes may do it at once.
  const part = `${path}.${process.pid}`;
  await mkdir(CACHE, { recursive: true });
  await writeFile(part, bytes);
  await rename(part, path);
  return bytes;
}
