/**
 * Writes statement.csv: two and a half years of an invented person's money, the same bytes each
 * time. Run it with `npx tsx examples/bank-statement/generate-statement.ts`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Chance, createChance } from './seeded-chance.js';
import { fakeIban, MONTHLY, type Payee, SHOPS } from './statement-payees.js';

const ROWS = 1000;
const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const HEADER =
  'date,account,counterparty,iban,amount,currency,category,reference,note,balance'.split(',');

interface Booking {
  readonly payee: Payee;
  readonly cents: number;
}

export function generateStatement(): string {
  const chance = createChance(20_240_101);
  const balances = new Map([
    ['Everyday', 184_250],
    ['Savings', 1_250_000],
  ]);
  const lines = [HEADER];
  for (let day = FIRST_DAY; lines.length <= ROWS; day += DAY_MS) {
    for (const { payee, cents } of bookingsOf(new Date(day), chance)) {
      const balance = (balances.get(payee.account) ?? 0) + cents;
      balances.set(payee.account, balance);
      lines.push(fieldsOf(new Date(day), { payee, cents }, balance, chance));
    }
  }
  return lines
    .slice(0, ROWS + 1)
    .map((fields) => `${fields.map(quote).join(',')}\n`)
    .join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(import.meta.dirname, 'statement.csv'), generateStatement());
}

/** What is due on that day of the month, and zero to two purchases. */
function bookingsOf(date: Date, chance: Chance): Booking[] {
  const due = MONTHLY.filter(({ day }) => day === date.getUTCDate());
  const purchases = Array.from({ length: chance.below(3) }, () => chance.pick(SHOPS));
  return [...due, ...purchases].map((payee) => {
    const [least, most] = payee.cents;
    return { payee, cents: least + chance.below(most - least + 1) };
  });
}

function fieldsOf(date: Date, { payee, cents }: Booking, balance: number, chance: Chance) {
  const month = date.toISOString().slice(0, 7);
  const note = payee.notes && chance.below(3) === 0 ? chance.pick(payee.notes) : '';
  return [
    date.toISOString().slice(0, 10),
    payee.account,
    payee.name,
    payee.country ? fakeIban(payee.country, payee.name) : '',
    decimal(cents),
    'EUR',
    chance.below(12) === 0 ? '' : payee.category,
    payee.card ? `CARD 0049 ${chance.digits(4)} ${chance.digits(6)}` : `${payee.code} ${month}`,
    note,
    decimal(balance),
  ];
}

function decimal(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** RFC 4180: quoted only where it must be, quotes doubled. */
function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
