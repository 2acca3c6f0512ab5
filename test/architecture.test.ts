import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { architectureViolations } from './architecture.js';

const SRC = join(import.meta.dirname, '../src');

function readTree(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    files.map((file) => [relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8')]),
  );
}

test('the source tree keeps its floors', () => {
  const files = readTree(SRC);
  expect(files.has('index.ts')).toBe(true);
  expect(architectureViolations(files)).toEqual([]);
});

/** A small tree that breaks no rule; each planted tree below changes one or two of its files. */
const CLEAN: Readonly<Record<string, string>> = {
  'index.ts': `/** The package. */\nexport { seal } from './rows/row.js';\nexport type { Aead } from './crypto/aead.js';`,
  'errors.ts': `// import x from 'lodash'\nexport const url = "https://x/*"; /* Math.random() */`,
  'bytes/hex.ts': `import { hex } from '@scure/base';\nimport {\n  url,\n} from '../errors.js';`,
  'crypto/aead.ts': `import { x } from '@noble/ciphers/chacha.js';\nexport interface Aead {}`,
  'keys/vault.ts': `import type { Aead } from '../crypto/aead.js';`,
  'rows/row.ts': `import '../keys/vault.js';\nexport const seal = 1;`,
  'sync/core.ts': `export {};`,
  'adapters/powersync/mirror.ts': `import { core } from '../../sync/core.js';\nimport type { Db } from '@powersync/common';`,
  'adapters/memory/memory.ts': `import { core } from '../../sync/core.js';`,
  'backends/sodium/aead.ts': `import type { Aead } from '../../crypto/aead.js';\nimport sodium from 'libsodium-wrappers';`,
  'testing/contract.ts': `import { mirror } from '../adapters/powersync/mirror.js';`,
  'cli/main.ts': `import { readFileSync } from 'node:fs';\nimport { aead } from '../backends/sodium/aead.js';`,
};

const planted: readonly (readonly [string, Record<string, string>, RegExp])[] = [
  ['upward import', { 'bytes/hex.ts': `import { a } from '../crypto/aead.js'` }, /may not import/],
  ['upward type', { 'crypto/aead.ts': `import type { V } from '../keys/vault.js'` }, /may not/],
  ['upward type by call', { 'bytes/a.ts': `let a: import('../rows/row.js').A` }, /may not import/],
  ['upward re-export', { 'bytes/hex.ts': `export { seal } from '../rows/row.js'` }, /may not/],
  [
    'upward import over lines',
    { 'errors.ts': `import {\n  a,\n} from './rows/row.js'` },
    /may not/,
  ],
  ['upward import() of a file', { 'errors.ts': `await import('./rows/row.js')` }, /may not import/],
  ['computed import()', { 'rows/row.ts': 'await import(name)' }, /computed name/],
  ['import after a comment', { 'errors.ts': `/* a */ import './rows/row.js'` }, /may not import/],
  ['two files in a circle', circle('a', 'b'), /cycle: keys\/a\.ts → keys\/b\.ts → keys\/a\.ts/],
  ['three files in a circle', circle('a', 'b', 'c'), /cycle/],
  [
    'noble outside crypto',
    { 'keys/vault.ts': `import '@noble/hashes/hmac.js'` },
    /only crypto may/,
  ],
  ['noble in a backend', { 'backends/sodium/a.ts': `import '@noble/hashes/a.js'` }, /only crypto/],
  ['base outside bytes', { 'rows/row.ts': `import { hex } from '@scure/base'` }, /only bytes may/],
  ['another package', { 'rows/row.ts': `import x from 'lodash'` }, /nobody may import/],
  ['a package like a known one', { 'bytes/a.ts': `import '@scure/base58'` }, /nobody may import/],
  ['required package', { 'rows/row.ts': `const x = require("lodash")` }, /nobody may import/],
  ['the package by its name', { 'cli/main.ts': `import 'rowseal'` }, /nobody may import/],
  ['vendor elsewhere', { 'adapters/memory/a.ts': `import '@powersync/web'` }, /only adapters\/p/],
  ['node in the core', { 'crypto/aead.ts': `import 'node:crypto'` }, /only cli may/],
  ['node types', { 'crypto/aead.ts': `/// <reference types="node" />` }, /types of a platform/],
  ['Math.random', { 'crypto/aead.ts': `const n = \`\${Math.random()}\`` }, /Math\.random/],
  ['eval', { 'rows/row.ts': `(0, eval)('1'); eval('1')` }, /uses eval/],
  ['new Function', { 'rows/row.ts': `new Function('1')` }, /new Function/],
  ['adapter to adapter', { 'adapters/memory/a.ts': `import '../powersync/mirror.js'` }, /may not/],
  ['loose adapter file', { 'adapters/all.ts': `import './powersync/mirror.js'` }, /may not import/],
  ['core to adapter', { 'sync/core.ts': `import '../adapters/memory/memory.js'` }, /may not/],
  ['core to backend', { 'keys/vault.ts': `import '../backends/sodium/aead.js'` }, /may not import/],
  ['core to testing', { 'sync/core.ts': `import '../testing/contract.js'` }, /may not import/],
  ['cli to testing', { 'cli/main.ts': `import '../testing/contract.js'` }, /may not import/],
  ['backend to keys', { 'backends/sodium/a.ts': `import '../../keys/vault.js'` }, /may not import/],
  [
    'backend to code',
    { 'backends/sodium/a.ts': `import { a } from '../../crypto/aead.js'` },
    /may/,
  ],
  ['barrel to adapter', barrel('./adapters/memory/memory.js'), /index\.ts may not import/],
  ['barrel to backend', barrel('./backends/sodium/aead.js'), /index\.ts may not import/],
  ['barrel to testing', barrel('./testing/contract.js'), /index\.ts may not import/],
  ['barrel to cli', barrel('./cli/main.js'), /index\.ts may not import/],
  [
    'import of the barrel',
    { 'cli/main.ts': `import { seal } from '../index.js'` },
    /may not import/,
  ],
  ['barrel with a star', { 'index.ts': `export * from './rows/row.js'` }, /export \*/],
  ['barrel with code', { 'index.ts': `export const version = 1` }, /more than named re-exports/],
  ['inner barrel', { 'rows/index.ts': `export { seal } from './row.js'` }, /inner barrel/],
  ['inner star', { 'rows/all.ts': `export * from './row.js'` }, /export \*/],
  ['long file', { 'rows/row.ts': 'export {};\n'.repeat(301) }, /has 301 lines/],
  ['folder on no floor', { 'utils/misc.ts': 'export {};' }, /stands on no floor/],
  ['missing file', { 'rows/row.ts': `import './gone.js'` }, /not in src/],
  ['out of the tree', { 'rows/row.ts': `import '../../test/x.js'` }, /not in src/],
  ['file the build skips', { 'rows/globals.d.ts': 'declare const x: 1;' }, /build leaves it out/],
];

function circle(...names: readonly string[]): Record<string, string> {
  const next = (index: number) => names[(index + 1) % names.length];
  return Object.fromEntries(
    names.map((name, i) => [`keys/${name}.ts`, `import type { T } from './${next(i)}.js'`]),
  );
}

function barrel(target: string): Record<string, string> {
  return { 'index.ts': `export { x } from '${target}'` };
}

describe('the checker', () => {
  test('accepts a clean tree', () => {
    expect(architectureViolations(new Map(Object.entries(CLEAN)))).toEqual([]);
  });

  test('accepts 300 lines', () => {
    const files = { ...CLEAN, 'rows/row.ts': 'export {};\n'.repeat(300) };
    expect(architectureViolations(new Map(Object.entries(files)))).toEqual([]);
  });

  test.each(planted)('catches %s', (_, change, expected) => {
    const found = architectureViolations(new Map(Object.entries({ ...CLEAN, ...change })));
    expect(found).toContainEqual(expect.stringMatching(expected));
  });
});
