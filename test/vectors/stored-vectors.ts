import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const FOLDERS = ['operations', 'headers', 'rows', 'exports'];

/** Every vector file in the repository: path below `test/vectors` → text. */
export function storedVectors(): Map<string, string> {
  const folders = FOLDERS.filter((folder) => existsSync(resolve(import.meta.dirname, folder)));
  const paths = folders.flatMap((folder) =>
    readdirSync(resolve(import.meta.dirname, folder)).map((name) => `${folder}/${name}`),
  );
  return new Map(
    paths.map((path) => [path, readFileSync(resolve(import.meta.dirname, path), 'utf8')]),
  );
}
