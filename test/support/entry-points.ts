/** The package's entry points, as `exports` in package.json names them. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const { exports } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));

/** `rowseal`, `rowseal/testing`, … and the source file of each, built or not. */
export const entryPoints: ReadonlyMap<string, string> = new Map(
  Object.entries<string | { default: string }>(exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [[`rowseal${subpath.slice(1)}`, sourceOf(target.default)]],
  ),
);

function sourceOf(built: string): string {
  return resolve(root, built.replace(/^\.\/dist/, 'src').replace(/js$/, 'ts'));
}
