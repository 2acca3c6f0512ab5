/**
 * `npm run vectors` writes every vector file; with `-- --check` it writes nothing and says which
 * files differ from what it would write.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { allVectors } from './generate/all-files.js';
import { storedVectors } from './stored-vectors.js';

const files = await allVectors();
const stored = storedVectors();
const paths = [...new Set([...files.keys(), ...stored.keys()])].sort();
const different = paths.filter((path) => files.get(path) !== stored.get(path));

if (process.argv.includes('--check')) {
  for (const path of different) console.error(`differs: test/vectors/${path}`);
  process.exitCode = different.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of files) {
    const target = resolve(import.meta.dirname, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  for (const path of paths) {
    if (!files.has(path)) console.error(`made by nothing, delete it: test/vectors/${path}`);
  }
  console.log(`${files.size} files, ${different.length} of them changed`);
}
