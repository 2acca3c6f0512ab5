import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstBlock, freshApp, ROOT, run, runTool } from './fresh-app.js';
import { POWERSYNC_APP, POWERSYNC_OUTPUT } from './powersync-app.js';

const packageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const peers: readonly [name: string, range: string][] = Object.entries(
  packageJson.peerDependencies,
);
/** `rowseal`, `rowseal/testing`, … */
const subpaths = Object.keys(packageJson.exports)
  .filter((subpath) => !subpath.endsWith('.json'))
  .map((subpath) => `rowseal${subpath.slice(1)}`);
/** Those that an app can use that has none of the peers. */
const plainSubpaths = ['rowseal', 'rowseal/testing'];
const STRICT = { strict: true, module: 'nodenext', moduleResolution: 'nodenext' };
const COMMON = '@powersync/common';
const temp = mkdtempSync(join(tmpdir(), 'rowseal-package-'));
const tarball = join(temp, `rowseal-${packageJson.version}.tgz`);

/** As the project has built it: building takes minutes where no prebuilt one can be fetched. */
const SQLITE = join(ROOT, 'node_modules/better-sqlite3');

/** A project that emits declarations must be able to name the type of a table it exports. */
const EXPORTED_TABLE = `
import { cleartext, defineTable, encrypted, type RowOf } from 'rowseal';
export const notes = defineTable('notes', {
  body: encrypted.text(),
  mood: encrypted.integer().optional(),
  folder: cleartext.text(),
  owner: cleartext.text().bound(),
  seen_at: cleartext.text().nullable().serverOwned(),
});
export const columns = { title: encrypted.text(), room: cleartext.text() };
export type Note = RowOf<typeof notes>;
`;

beforeAll(() => run(ROOT, 'npm', 'pack', '--pack-destination', temp)); // builds first: prepack
afterAll(() => rmSync(temp, { recursive: true, force: true }));

/** A file, or the files in a folder at any depth. */
function filesAt(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return readdirSync(join(ROOT, path)).flatMap((name) => filesAt(`${path}/${name}`));
}

/** What `files` in package.json says, beside what was built: paths, and after `!` exceptions. */
function documents(): string[] {
  const listed: string[] = packageJson.files.filter((path: string) => path !== 'dist');
  const exceptions = listed.filter((path) => path.startsWith('!')).map((path) => path.slice(1));
  return listed
    .filter((path) => !path.startsWith('!'))
    .flatMap(filesAt)
    .filter((path) => !exceptions.some((exception) => path.startsWith(`${exception}/`)));
}

describe('the tarball', () => {
  test('holds one build of each source file, the documents, and nothing else', async () => {
    const src = join(ROOT, 'src');
    const built = readdirSync(src, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(src, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .map((path) => `dist/${path.replace(/\.ts$/, '')}`)
      .flatMap((path) => [`${path}.js`, `${path}.js.map`, `${path}.d.ts`]);
    const expected = ['package.json', 'README.md', 'LICENSE', ...documents(), ...built];

    const packed = await run(temp, 'tar', '-tzf', tarball);
    const paths = packed.trim().split('\n');
    expect(paths.map((path) => path.replace(/^package\//, '')).sort()).toEqual(expected.sort());
  });

  test('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(Object.keys(packageJson.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  });

  test('passes publint', async () => {
    await runTool(temp, 'publint/src/cli.js', 'run', tarball, '--strict');
  });

  test('has types that resolve', async () => {
    const options = ['--profile', 'esm-only', '--no-definitely-typed'];
    await runTool(temp, '@arethetypeswrong/cli/dist/index.js', tarball, ...options);
  });

  test('can be imported by each of its subpaths, given the optional peers', async () => {
    const imports = subpaths.map((name) => `import '${name}';\n`);
    const packages = [tarball, ...peers.map(([name, range]) => `${name}@${range}`)];
    const app = await freshApp(join(temp, 'subpaths'), packages, { 'app.js': imports.join('') });
    await run(app, process.execPath, 'app.js');
  });

  test('has peers that are all optional', () => {
    const optional = peers.map(([name]) => [name, { optional: true }]);
    expect(packageJson.peerDependenciesMeta).toEqual(Object.fromEntries(optional));
  });

  test('has types that resolve with the optional peers, in a page that has no Node', async () => {
    const packages = [tarball, ...peers.map(([name, range]) => `${name}@${range}`)];
    const app = await freshApp(join(temp, 'types'), packages, {
      'types.ts': subpaths.map((name) => `export * from '${name}';\n`).join(''),
      'tsconfig.json': JSON.stringify({
        compilerOptions: { ...STRICT, lib: ['es2022', 'dom'], types: [], noEmit: true },
      }),
    });
    await runTool(app, 'typescript/bin/tsc');
  });
});

describe('a fresh app on PowerSync', () => {
  const [range = ''] = peers.flatMap(([name, range]) => (name === COMMON ? [range] : []));

  test.each([
    ['1', /^2\./],
    // The first one that takes the least version in the range of our peer.
    ['0.20.2', new RegExp(`^${range.replace('^', '')}$`)],
  ])(
    'compiles and runs with @powersync/node@%s and nothing else named',
    async (version, common) => {
      const packages = [tarball, `@powersync/node@${version}`, '@types/node@20'];
      const app = await freshApp(join(temp, `powersync-${version}`), packages, {
        'src/app.ts': POWERSYNC_APP,
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            ...STRICT,
            declaration: true,
            target: 'es2022',
            types: ['node'],
            skipLibCheck: true, // the types of @powersync/node name a package that it does not bring
            rootDir: 'src',
            outDir: 'out',
          },
          include: ['src'],
        }),
      });
      const installed = readFileSync(join(app, `node_modules/${COMMON}/package.json`), 'utf8');
      expect(JSON.parse(installed).version).toMatch(common);
      await symlink(SQLITE, join(app, 'node_modules/better-sqlite3'));
      await runTool(app, 'typescript/bin/tsc');
      expect(JSON.parse(await run(app, process.execPath, 'out/app.js'))).toEqual(POWERSYNC_OUTPUT);
    },
  );
});

describe("the README's first program", () => {
  const program = () => firstBlock(readFileSync(join(ROOT, 'README.md'), 'utf8'), 'ts');

  test('runs in a fresh JavaScript app', async () => {
    const { outputText } = ts.transpileModule(program(), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const app = await freshApp(join(temp, 'javascript'), [tarball], { 'app.js': outputText });
    await run(app, process.execPath, 'app.js');
  });

  test('compiles and runs in a fresh TypeScript app, with types that ask for no platform', async () => {
    const app = await freshApp(join(temp, 'typescript'), [tarball], {
      'src/app.ts': program(),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...STRICT,
          declaration: true,
          target: 'es2022',
          rootDir: 'src',
          outDir: 'out',
        },
        include: ['src'],
      }),
      'src/tables.ts': EXPORTED_TABLE,
      'types/types.ts': plainSubpaths.map((name) => `export * from '${name}';\n`).join(''),
      'types/tsconfig.json': JSON.stringify({
        compilerOptions: { ...STRICT, lib: ['es2022'], types: [], noEmit: true },
      }),
    });
    await runTool(app, 'typescript/bin/tsc', '-p', 'types');
    await runTool(app, 'typescript/bin/tsc');
    await run(app, process.execPath, 'out/app.js');
  });
});
