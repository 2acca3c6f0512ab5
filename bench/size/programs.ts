/** What is bundled, and what each may weigh. A budget is what was reached, rounded up to 0.1 KB. */

export interface Program {
  readonly name: string;
  readonly code: string;
  /** In bytes after gzip. `null` fails: a new entry point is given a budget here. */
  readonly budget: number | null;
}

/** What an app needs to use a vault that exists. */
export const CORE = ['encryptRow', 'decryptRow', 'openVault', 'byRecoveryKey'];
/** In minified bytes: constants that a bundler must take for code that runs (regular expressions, products). */
export const UNUSED_LIMIT = 2048;

const TABLES = ['defineTable', 'encrypted', 'cleartext'];

/** 1 KB is 1024 bytes. */
function kilobytes(count: number): number {
  return Math.floor(count * 1024);
}

export function exporting(names: readonly string[]): string {
  return `export { ${names.join(', ')} } from 'rowseal';`;
}

/** The aims of the first two are 12 and 18 KB: docs/decisions says where the rest goes. */
const PROGRAMS: readonly Program[] = [
  { name: CORE.join(', '), code: exporting(CORE), budget: kilobytes(17.9) },
  {
    name: '… and byPassword',
    code: exporting([...CORE, 'byPassword']),
    budget: kilobytes(23.4),
  },
  {
    name: '… and tables with all column types',
    code: exporting([...CORE, 'byPassword', ...TABLES]),
    budget: kilobytes(26.5),
  },
];

/** Everything that an entry point exports. */
const SUBPATH_BUDGETS: Readonly<Record<string, number>> = {
  '.': kilobytes(36),
  // For tests, where size hardly matters: room for what they need.
  './testing': kilobytes(24),
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
