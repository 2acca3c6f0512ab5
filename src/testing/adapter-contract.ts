import { encodeBase64url } from '../bytes/base64url.js';
import { randomBytes } from '../crypto/random.js';
import type { Table } from '../rows/table.js';
import { type AdapterDuty, createBench } from './adapter-bench.js';
import type { AdapterHands, OpenAdapter } from './adapter-hands.js';
import { LEASE_DUTIES } from './adapter-lease-duties.js';
import { OUTCOME_DUTIES } from './adapter-outcome-duties.js';
import { QUEUE_DUTIES } from './adapter-queue-duties.js';
import { RENEW_DUTIES } from './adapter-renew-duties.js';
import { ROW_DUTIES } from './adapter-row-duties.js';
import { SEALING_DUTIES } from './adapter-sealing-duties.js';
import { STATUS_DUTIES } from './adapter-status-duties.js';
import { TAKE_OVER_DUTIES } from './adapter-take-over-duties.js';
import type { ContractCase } from './keeper-contract.js';

const PLACE_LENGTH = 9;
const DUTIES: Readonly<Record<string, AdapterDuty>> = {
  ...QUEUE_DUTIES,
  ...OUTCOME_DUTIES,
  ...TAKE_OVER_DUTIES,
  ...LEASE_DUTIES,
  ...STATUS_DUTIES,
  ...ROW_DUTIES,
  ...SEALING_DUTIES,
  ...RENEW_DUTIES,
};

/**
 * The contract of a `SyncStore` as test cases, for an adapter that you wrote.
 *
 * Each case opens a database of its own and reads no payload: what it writes as sealed rows are
 * random bytes in the form of envelopes. {@link memoryAdapter} is the model to copy.
 *
 * @throws `NO_SECURE_RANDOM`; `TypeError` when `openAdapter` is no function.
 *
 * @example
 * ```ts
 * import { memoryAdapter, testAdapter } from 'rowseal/testing';
 *
 * for (const { name, run } of testAdapter(memoryAdapter())) {
 *   await run(); // with a test runner: test(name, run);
 *   console.log(name);
 * }
 * ```
 */
export function testAdapter(openAdapter: OpenAdapter): readonly ContractCase[] {
  if (typeof openAdapter !== 'function') {
    throw new TypeError('testAdapter takes a function that opens the database of a place.');
  }
  return Object.entries(DUTIES).map(([name, duty]) => {
    const place = encodeBase64url(randomBytes(PLACE_LENGTH));
    return { name, run: () => runDuty(duty, (tables) => openAdapter(`contract ${place}`, tables)) };
  });
}

async function runDuty(
  duty: AdapterDuty,
  open: (tables: readonly Table[]) => Promise<AdapterHands>,
): Promise<void> {
  const bench = createBench(open);
  try {
    await duty(bench);
  } finally {
    await bench.close();
  }
}
