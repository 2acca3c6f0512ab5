/** Tables of the public API, from declarations in JSON. */
import { type Columns, cleartext, defineTable, encrypted } from '../../../src/index.js';
import type { Table } from '../../../src/rows/table.js';
import type { Fields } from './reading.js';
import { fromJson } from './values.js';

/** The steps of the builder that a declaration may ask for. */
interface Builder {
  readonly optional: () => Builder;
  readonly nullable: () => Builder;
  readonly default: (value: unknown) => Builder;
  readonly bound: () => Builder;
  readonly serverOwned: () => Builder;
  readonly storedAs: (name: string) => Builder;
}

/** `table` as in the files of `rows`. */
export function columnTable(table: Fields): Table {
  const columns = (table.columns as Fields[]).map((column) => [column.name, columnOf(column)]);
  const boundSets = (table.boundSets ?? [[]]) as string[][];
  return defineTable(table.name as string, Object.fromEntries(columns) as Columns, {
    payload: table.payload as 'text' | 'bytes',
    earlierBoundSets: boundSets.slice(0, -1),
  });
}

function columnOf({ type, kind, presence, storedName, ...column }: Fields): Builder {
  const types = (kind === 'encrypted' ? encrypted : cleartext) as unknown as Record<
    string,
    () => Builder
  >;
  let builder = (types[type as string] as () => Builder)();
  if (presence === 'optional' || presence === 'nullable') builder = builder[presence]();
  if ('default' in column) builder = builder.default(fromJson(type, column.default));
  if (kind === 'bound') builder = builder.bound();
  if (kind === 'server-owned') builder = builder.serverOwned();
  return storedName === undefined ? builder : builder.storedAs(storedName as string);
}
