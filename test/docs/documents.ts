/** The texts that readers copy from. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { type Program, programsOf } from './example-programs.js';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Written by typedoc from the docstrings. */
const GENERATED = 'docs/reference/';

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => path.endsWith(ending) && !path.startsWith(GENERATED))
    .filter((path) => !path.includes('node_modules/'))
    .sort();
}

/** README.md and its like, and every page of these folders. */
export const pages: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'examples', 'bench', 'test'].flatMap((folder) => filesIn(folder, '.md')),
];

export const sources: readonly string[] = filesIn('src', '.ts');

export function textOf(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8');
}

export function programsIn(paths: readonly string[]): readonly Program[] {
  return paths.flatMap((path) => programsOf(path, textOf(path)));
}
