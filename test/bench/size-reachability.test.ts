import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundleProgram, bundleUnused } from '../../bench/size/bundle.js';
import { checkRule, RULES, type Rule } from '../../bench/size/reachability.js';

const rowseal = 'src/index.ts';

/** Adds code to one source file, as an unlucky commit would. */
function planted(file: string, code: string): { rowseal: string; plugins: Plugin[] } {
  const plugin: Plugin = {
    name: 'planted',
    setup(build) {
      build.onLoad({ filter: new RegExp(`/src/${file}$`) }, async ({ path }) => {
        return { contents: `${await readFile(path, 'utf8')}\n${code}`, loader: 'ts' };
      });
    },
  };
  return { rowseal, plugins: [plugin] };
}

function rule(part: string): Rule {
  const found = RULES.find(({ name }) => name.includes(part));
  if (!found) throw new Error(`No rule about ${part}.`);
  return found;
}

/** A use that survives tree shaking. */
const use = (name: string, from: string) =>
  `import { ${name} } from '${from}'; export const nobleAeadToo = ${name}; globalThis.kept = ${name};`;

describe('the rules about reachability', () => {
  it.each(RULES)('hold for the source: $name', async (each) => {
    expect(await checkRule(each, { rowseal })).toEqual({ rule: each.name, reached: [] });
  });

  it('catch Argon2id in a row function', async () => {
    const options = planted(
      'rows/encrypt-row.ts',
      use('nobleArgon2id', '../crypto/noble-argon2id.js'),
    );
    const { reached } = await checkRule(rule('Argon2id'), options);
    expect(reached).toContain('src/crypto/noble-argon2id.ts');
    expect(reached).toContain('node_modules/@noble/hashes/argon2.js');
  });

  it('catch rows behind openVault', async () => {
    const options = planted('keys/open-vault.ts', use('encryptRow', '../rows/encrypt-row.js'));
    const { reached } = await checkRule(rule('without rows'), options);
    expect(reached).toContain('src/rows/encrypt-row.ts');
  });

  it('catch a changing function behind the others', async () => {
    const options = planted('keys/open-vault.ts', use('rekeyVault', './rekey-vault.js'));
    const { reached } = await checkRule(rule('without changing'), options);
    expect(reached).toContain('src/keys/rekey-vault.ts');
  });

  it('catch an adapter that the index imports, even unused', async () => {
    const options = planted('index.ts', "import './adapters/powersync/mirror.js';");
    const virtual: Plugin = {
      name: 'virtual',
      setup(build) {
        build.onResolve({ filter: /adapters\/powersync/ }, () => ({
          path: `${import.meta.dirname}/../../src/adapters/powersync/mirror.ts`,
          sideEffects: false,
        }));
        build.onLoad({ filter: /adapters\/powersync/ }, () => ({ contents: 'export {};' }));
      },
    };
    const plugins = [...options.plugins, virtual];
    const { reached } = await checkRule(rule('no adapter'), { rowseal, plugins });
    expect(reached).toEqual(['src/adapters/powersync/mirror.ts']);
  });
});

describe('an import that uses nothing', () => {
  it('keeps nothing where the bundler trusts the package', async () => {
    const { minifiedLength } = await bundleProgram("import 'rowseal';", { rowseal });
    expect(minifiedLength).toBe(0);
  });

  it('is caught when a file computes something on import', async () => {
    const before = await bundleUnused({ rowseal });
    const after = await bundleUnused(
      planted('keys/open-vault.ts', 'globalThis.early = openVault({}, {});'),
    );
    expect(after.minifiedLength).toBeGreaterThan(before.minifiedLength + 10_000);
  });
});
