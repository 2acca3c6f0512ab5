/** An app that writes one row now and then, and notes how long each transaction took. */
import { setTimeout as wait } from 'node:timers/promises';
import type { PowerSyncDatabase } from '@powersync/node';
import { makeRows, type Row } from '../rows.js';
import { asJson, bulkInsert } from './bench-app.js';

const PAUSE_MS = 10;

export interface AppWriter {
  /** Stops after the transaction that runs now; milliseconds of each. */
  end(): Promise<number[]>;
}

export function beginWriting(db: PowerSyncDatabase): AppWriter {
  const waits: number[] = [];
  const row = makeRows(1)[0] as Row;
  let ended = false;
  const writing = (async () => {
    while (!ended) {
      const rows = asJson([{ ...row, id: crypto.randomUUID() }]);
      const began = performance.now();
      await db.execute(bulkInsert('transactions'), [rows]);
      waits.push(performance.now() - began);
      await wait(PAUSE_MS);
    }
  })();
  return {
    async end() {
      ended = true;
      await writing;
      return waits;
    },
  };
}
