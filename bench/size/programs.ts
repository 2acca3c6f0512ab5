/**
 * What is bundled, and what each may weigh: what was reached, rounded up to 0.1 KB, and the aim
 * beside it (`docs/decisions/0013-size.md` says where the bytes go).
 */

export interface Program {
  readonly name: string;
  readonly code: string;
  /** Only what the program adds to this one is counted. */
  readonly over?: string;
  /** In bytes after gzip. `null` fails: a new entry point is given a budget here. */
  readonly budget: number | null;
}

/** What an app needs to use a vault that exists. */
export const CORE = ['encryptRow', 'decryptRow', 'openVault', 'byRecoveryKey'];
/** In minified bytes: constants that a bundler must take for code that runs (regular expressions, products). */
export const UNUSED_LIMIT = 2048;

/** With tables of its own. */
const APP = [...CORE, 'byPassword', 'defineTable', 'encrypted', 'cleartext'];
/** What the device's side of PowerSync needs. */
const MIRROR = ['encryptedTables', 'startMirror', 'logOut', 'uploadWith'];

/** 1 KB is 1024 bytes. */
function kilobytes(count: number): number {
  return Math.floor(count * 1024);
}

export function exporting(names: readonly string[]): string {
  return `export { ${names.join(', ')} } from 'rowseal';`;
}

const PROGRAMS: readonly Program[] = [
  {
    name: CORE.join(', '),
    code: exporting(CORE),
    budget: kilobytes(17.4), // the aim: 12
  },
  {
    name: '… and byPassword',
    code: exporting([...CORE, 'byPassword']),
    budget: kilobytes(22.8), // the aim: 18
  },
  {
    name: '… and tables with all column types',
    code: exporting(APP),
    budget: kilobytes(25.9),
  },
  {
    name: `added to that by ${MIRROR.join(', ')}`,
    code: `${exporting(APP)} export { ${MIRROR.join(', ')} } from 'rowseal/powersync';`,
    over: exporting(APP),
    budget: kilobytes(25.6), // the aim: 12
  },
];

/** Everything that an entry point exports, with room for more of it: nobody ships it all. */
const SUBPATH_BUDGETS: Readonly<Record<string, number>> = {
  '.': kilobytes(45),
  './kit': kilobytes(12.5), // without the package qr
  './powersync': kilobytes(60),
  './testing': kilobytes(37),
};

export function programs(subpaths: readonly string[]): readonly Program[] {
  const whole = subpaths.map((subpath) => {
    const name = `rowseal${subpath.slice(1)}`;
    return {
      name: `all of ${name}`,
      code: `export * from '${name}';`,
      budget: SUBPATH_BUDGETS[subpath] ?? null,
    };
  });
  return [...PROGRAMS, ...whole];
}
