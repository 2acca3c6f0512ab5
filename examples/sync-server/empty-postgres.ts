/**
 * An empty Postgres in memory, made of files that were kept: to copy them takes a fraction of the time
 * that it takes to make them, and every process of a test run needs some.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/** Node has it; its types know nothing but a module's name. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };

const MODULES = join(import.meta.dirname, '../../node_modules');
const PGLITE = join(MODULES, '@electric-sql/pglite');
/** Where tools keep what they can make again; `npm ci` empties it. */
const CACHE = join(MODULES, '.cache/rowseal');

/** Of the usual 128 MB each start would clear every page. */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB'];

/** Nobody makes another database of these. */
const WITHOUT_TEMPLATES = `
  UPDATE pg_database SET datistemplate = false;
  DROP DATABASE template0;
  DROP DATABASE template1;
  CHECKPOINT`;

let kept: Promise<{ readonly files: Blob; readonly program: WebAssembly.Module }> | undefined;

export async function emptyPostgres(): Promise<PGlite> {
  kept ??= keptParts();
  const { files, program } = await kept;
  return PGlite.create({
    loadDataDir: files,
    pgliteWasmModule: program,
    startParams: START_PARAMS,
  });
}

async function keptParts() {
  const [files, program] = await Promise.all([
    keptFiles(),
    readFile(join(PGLITE, 'dist/pglite.wasm')),
  ]);
  return { files: new Blob([files]), program: await WebAssembly.compile(program) };
}

async function keptFiles(): Promise<Uint8Array<ArrayBuffer>> {
  const facts = await readFile(join(PGLITE, 'package.json'), 'utf8');
  const { version } = JSON.parse(facts) as { readonly version: string };
  const path = join(CACHE, `empty-postgres-${version}-small.tar`);
  const found = await readFile(path).catch(() => null);
  return found ?? (await makeFiles(path));
}

async function makeFiles(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const db = await PGlite.create();
  for (const statement of WITHOUT_TEMPLATES.split(';')) await db.exec(statement);
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
