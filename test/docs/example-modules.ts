/**
 * What the imports of an example stand for: the package's source, files of this repository, real
 * libraries, and stand-ins for the frameworks that apps use.
 */
import { dirname, resolve } from 'node:path';
import { ROOT } from './documents.js';
import { withOwnFolder } from './example-databases.js';

/** By the name that an app imports; types come from the same file. */
export const STAND_INS: ReadonlyMap<string, string> = new Map(
  ['react', 'vue'].map((name) => [name, resolve(ROOT, `test/docs/stand-ins/${name}.ts`)]),
);

/** @param path of the document that imports */
export async function importModule(name: string, path: string): Promise<unknown> {
  const file = name.startsWith('.') ? resolve(ROOT, dirname(path), name) : STAND_INS.get(name);
  const module = await import(/* @vite-ignore */ file ?? name);
  return name === '@powersync/node' ? withOwnFolder(module) : module;
}
