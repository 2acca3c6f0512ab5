/** Who the invented person pays, and is paid by. */

export interface Payee {
  readonly name: string;
  readonly account: 'Everyday' | 'Savings';
  readonly category: string;
  /** The smallest and the largest amount. */
  readonly cents: readonly [number, number];
  /** Of the bank account; card payments have none. */
  readonly country?: 'DE' | 'NO';
  readonly card?: boolean;
  /** What transfers are about; the month is added. */
  readonly code?: string;
  readonly notes?: readonly string[];
}

export interface MonthlyPayee extends Payee {
  /** Day of the month. */
  readonly day: number;
}

const everyday = { account: 'Everyday' } as const;
const card = { account: 'Everyday', card: true } as const;

export const MONTHLY: readonly MonthlyPayee[] = [
  {
    ...everyday,
    day: 1,
    name: 'Hausverwaltung Grünwald & Söhne GmbH',
    category: 'Rent',
    cents: [-98_000, -98_000],
    country: 'DE',
    code: 'RENT FLAT 3',
    notes: ['Flat 3, second floor\nincl. heating', 'Rent raised? Ask for the "Mietspiegel"'],
  },
  {
    ...everyday,
    day: 3,
    name: 'Stadtwerke Musterstadt',
    category: 'Utilities',
    cents: [-7_900, -7_900],
    country: 'DE',
    code: 'POWER 77-1043-2',
  },
  {
    ...everyday,
    day: 5,
    name: 'Nordlys Forsikring ASA',
    category: 'Insurance',
    cents: [-4_235, -4_235],
    country: 'NO',
    code: 'POLISE 0088123',
  },
  {
    ...everyday,
    day: 15,
    name: 'Dr. med. Ødegård, Praxis für Psychotherapie',
    category: 'Health',
    cents: [-12_000, -9_000],
    country: 'DE',
    code: 'VISIT',
    notes: ['First visit\nSecond visit', 'Half is paid back by the insurance'],
  },
  {
    ...everyday,
    day: 25,
    name: 'Møller, Strand & Co. AS',
    category: 'Salary',
    cents: [284_000, 291_500],
    country: 'NO',
    code: 'SALARY',
    notes: ['Salary, incl. overtime', 'Lønn'],
  },
  {
    account: 'Savings',
    day: 26,
    name: 'Own savings plan',
    category: 'Savings plan',
    cents: [20_000, 35_000],
    country: 'DE',
    code: 'PLAN',
  },
];

export const SHOPS: readonly Payee[] = [
  { ...card, name: 'Kaufhalle Lindenhof', category: 'Groceries', cents: [-9_450, -420] },
  { ...card, name: 'Nærbutikken Tromsø', category: 'Groceries', cents: [-8_800, -310] },
  {
    ...card,
    name: 'Bäckerei "Zur Mühle"',
    category: 'Groceries',
    cents: [-1_480, -210],
    notes: ['Bread, rolls', 'Cake for Аня'],
  },
  { ...card, name: '株式会社みどり書店', category: 'Books', cents: [-5_900, -890] },
  { ...card, name: 'Ελληνικό Καφενείο', category: 'Eating out', cents: [-4_200, -340] },
  { ...card, name: 'Кафе «Берёзка»', category: 'Eating out', cents: [-3_900, -450] },
  {
    ...card,
    name: 'مطعم الياسمين',
    category: 'Eating out',
    cents: [-6_200, -1_150],
    notes: ['Dinner with Noor,\nsplit in two', 'שבת שלום 🕯️'],
  },
  { ...card, name: '서울식당', category: 'Eating out', cents: [-4_800, -990] },
  { ...card, name: 'Apotheke am Markt', category: 'Health', cents: [-4_990, -395] },
  { ...card, name: 'Fernbahn Nord', category: 'Travel', cents: [-13_990, -1_790] },
  { ...card, name: 'City bikes', category: 'Travel', cents: [-450, -100] },
  {
    ...everyday,
    name: 'Łukasz Żółkiewski',
    category: 'Friends',
    cents: [-6_000, 6_000],
    country: 'DE',
    code: 'THANKS',
    notes: ['Concert, two tickets', 'he paid for "Tosca"\nI paid for dinner'],
  },
];

/** An IBAN with correct check digits at a bank code that no bank has. */
export function fakeIban(country: 'DE' | 'NO', name: string): string {
  const length = country === 'DE' ? 18 : 11;
  const sum = [...name].reduce((hash, each) => (hash * 31 + (each.codePointAt(0) ?? 0)) % 1e7, 7);
  const account = String(sum).padStart(length, '0');
  const letters = [...country].map((letter) => letter.charCodeAt(0) - 55).join('');
  const check = 98n - (BigInt(`${account}${letters}00`) % 97n);
  return `${country}${String(check).padStart(2, '0')}${account}`;
}
