/** The table that holds a CSV file: its schema, and rows in and out of it. */
import {
  type Column,
  cleartext,
  defineTable,
  encrypted,
  type RowOf,
  type SealedRowOf,
  type Table,
} from 'rowseal';
import { columnNames, OWN_COLUMNS } from './column-names.js';
import type { CsvFile } from './read-csv.js';
import { UserMistake } from './user-mistake.js';

export type StatementColumnType = 'decimal' | 'date' | 'text';

/** A column of the file, and what becomes of it. */
export interface StatementColumn {
  readonly name: string;
  readonly header: string;
  readonly type: StatementColumnType;
  /** Whether the server sees it. */
  readonly visible: boolean;
}

type TextColumn = Column<'encrypted' | 'mirrored', string, 'optional'>;
export type StatementTable = Table<Record<string, TextColumn>, 'text'>;
export type StatementRow = RowOf<StatementTable>;
/** A row as a device's own SQL shows it. */
export type ShownRow = Readonly<Record<string, string | null | undefined>>;
/** A row as the server has it; the visible columns stand in it by name. */
export type SealedStatementRow = SealedRowOf<StatementTable>;

export interface Statement {
  readonly columns: readonly StatementColumn[];
  readonly table: StatementTable;
  /** The fields of the file, row by row. */
  readonly cells: readonly (readonly string[])[];
}

/** The types that a column of text can be narrowed to; all of them take and give back strings. */
const TYPES = {
  decimal: () => encrypted.decimal(),
  date: () => encrypted.date(),
  text: () => encrypted.text(),
} as const;

export function statementOf(file: CsvFile, cleartextNames: readonly string[]): Statement {
  const names = columnNames(file.header);
  const visible = new Set(cleartextNames.map((wanted) => findColumn(wanted, names, file.header)));
  const columns = names.map((name, index): StatementColumn => {
    const header = file.header[index] as string;
    if (visible.has(index)) return { name, header, type: 'text', visible: true };
    const values = file.records.map((record) => record[index] as string);
    return { name, header, type: inferType(values), visible: false };
  });
  const declared = columns.map(({ name, type, visible }) => [
    name,
    visible ? cleartext.text().optional() : TYPES[type]().optional(),
  ]);
  const added = OWN_COLUMNS.map((name) => [name, encrypted.text().optional()]);
  const table: StatementTable = defineTable(
    'statement_rows',
    Object.fromEntries([...declared, ...added]),
  );
  return { columns, table, cells: file.records };
}

/** The narrowest type that holds every value exactly as it stands in the file. */
export function inferType(values: readonly string[]): StatementColumnType {
  const present = values.filter((value) => value !== '');
  if (present.length === 0) return 'text';
  const fits = (type: StatementColumnType) => {
    const { codec } = TYPES[type]();
    return present.every((value) => codec.encode(value) !== null);
  };
  if (fits('decimal')) return 'decimal';
  return fits('date') ? 'date' : 'text';
}

/** A typed row; an empty field is an absent value. */
export function toRow({ columns }: Statement, id: string, cells: readonly string[]): StatementRow {
  const present = columns.flatMap(({ name }, index) => {
    const value = cells[index];
    return value ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(present), id };
}

/** The fields of a row as they stood in the file, whether a vault opened it or SQLite gives it. */
export function toCells({ columns }: Statement, row: ShownRow): string[] {
  return columns.map(({ name }) => (Object.hasOwn(row, name) ? (row[name] ?? '') : ''));
}

/** The position of the column that somebody named by its name or its header. */
function findColumn(wanted: string, names: readonly string[], header: readonly string[]): number {
  const found = names.flatMap((name, index) =>
    name === wanted || header[index]?.trim() === wanted ? [index] : [],
  );
  const [index] = found;
  if (index === undefined) {
    throw new UserMistake(
      `There is no column '${wanted}' to leave in cleartext; the file has ${names.join(', ')}.`,
    );
  }
  if (found.length > 1) {
    const choice = found.map((each) => names[each]).join(', ');
    throw new UserMistake(`'${wanted}' names more than one column; choose from ${choice}.`);
  }
  return index;
}
