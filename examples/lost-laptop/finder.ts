/** Who finds the laptop: all that it knew when it was lost, and nothing of what came after. */
import type { Vault } from 'rowseal';
import type { SealedStatementRow } from '../bank-statement/statement-table.js';

export interface Finder {
  /** Open, with every key in it: the laptop was not locked. */
  readonly vault: Vault;
  /** What the laptop remembered of the header. */
  readonly pin: string;
  readonly password: string;
  /** The recovery key was in the bag. */
  readonly recoveryKey: string;
  /** Every version of every row that the server had ever had by then. */
  readonly rows: readonly SealedStatementRow[];
  /** The id of the data key that was in use. */
  readonly keyId: string;
}
