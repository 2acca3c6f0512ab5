/** The demo's table as an app declares it: all that a restorer needs to know beside the file. */
import { cleartext, defineTable, encrypted } from 'rowseal';

export const statementTable = defineTable('statement_rows', {
  date: cleartext.text().optional(),
  account: cleartext.text().optional(),
  counterparty: encrypted.text().optional(),
  iban: encrypted.text().optional(),
  amount: encrypted.decimal().optional(),
  currency: encrypted.text().optional(),
  category: encrypted.text().optional(),
  reference: encrypted.text().optional(),
  note: encrypted.text().optional(),
  balance: encrypted.decimal().optional(),
  my_note: encrypted.text().optional(),
  my_tag: encrypted.text().optional(),
});
