/** The table, as both devices and the server know it. */
import { cleartext, defineTable, encrypted, type RowOf } from 'rowseal';

export const transactions = defineTable('transactions', {
  amount: encrypted.integer(), // cents
  merchant: encrypted.text(),
  note: encrypted.text().optional(),
  account_id: cleartext.text(),
});
export const tables = [transactions];

export type Transaction = RowOf<typeof transactions>;
