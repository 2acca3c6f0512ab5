/** The table and the rows that are measured: the same ones in every run. */
import { isDeepStrictEqual } from 'node:util';
import { defineTable, encrypted, type RowOf } from '../dist/index.js';

/** Ten columns, all of them encrypted: so every peer hides what rowseal hides. */
const columns = {
  amount: encrypted.integer(),
  currency: encrypted.text(),
  merchant: encrypted.text(),
  category: encrypted.text(),
  note: encrypted.text().optional(),
  account_id: encrypted.text(),
  balance: encrypted.integer(),
  booked_on: encrypted.date(),
  created_at: encrypted.timestamp(),
  cleared: encrypted.boolean(),
};

export const transactions = defineTable('transactions', columns);
export const unpaddedTransactions = defineTable('transactions', columns, { padding: 'none' });

export type Row = RowOf<typeof transactions>;
/** A row without its id, which no peer can hide from the database that looks it up. */
export type Columns = Omit<Row, 'id'>;

const CURRENCIES = ['EUR', 'EUR', 'EUR', 'NOK', 'USD'] as const;
const MERCHANTS = [
  'Rewe Markt',
  'Blåbær & Sønner',
  'Stadtwerke Musterstadt',
  'Deutsche Bahn',
  'Bäckerei Größe',
  'Kiosk 24',
  'Nordlys Forsikring ASA',
  'Book & Bean, Trondheim',
  'カフェ 東京',
  'Landlord, flat 3',
] as const;
const CATEGORIES = ['groceries', 'rent', 'transport', 'eating out', 'insurance', 'salary'] as const;
const NOTES = ['shared with Kari', 'deposit comes back in May', 'birthday 🎂', 'ask for a receipt'];
const ACCOUNT_COUNT = 4;
const FIRST_DAY = Date.UTC(2023, 0, 1);
const DAY = 86_400_000;

export function makeRows(count: number): Row[] {
  const draw = drawing(20_261_124);
  const pick = <T>(from: readonly T[]) => from[draw(from.length)] as T;
  const accountIds = Array.from({ length: ACCOUNT_COUNT }, () => uuid(draw));
  let balance = 250_000;
  return Array.from({ length: count }, (_, index) => {
    const amount = draw(12) === 0 ? 180_000 + draw(90_000) : -(99 + draw(15_000));
    balance += amount;
    const at = new Date(FIRST_DAY + index * (DAY / 3) + draw(DAY / 3));
    return {
      id: uuid(draw),
      amount,
      currency: pick(CURRENCIES),
      merchant: pick(MERCHANTS),
      category: pick(CATEGORIES),
      ...(draw(2) === 0 && { note: `${pick(NOTES)} (${draw(1000)})` }),
      account_id: pick(accountIds),
      balance,
      booked_on: at.toISOString().slice(0, 10),
      created_at: at,
      cleared: draw(10) > 0,
    };
  });
}

export function columnsOf({ id: _, ...columns }: Row): Columns {
  return columns;
}

export function sameColumns(row: Row, columns: Columns): boolean {
  return isDeepStrictEqual(columnsOf(row), columns);
}

function uuid(draw: (limit: number) => number): string {
  const hex = Array.from({ length: 32 }, () => draw(16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Mulberry32: rows must be the same in every run, and nothing more. */
function drawing(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
