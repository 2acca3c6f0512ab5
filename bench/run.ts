/** `npm run bench`: rowseal beside its peers, on the same rows, in one process. */
import { parseArgs } from 'node:util';
import { nobleAead } from '../dist/index.js';
import { measure, storedLength } from './measure.js';
import { PEERS } from './peers/index.js';
import type { Peer } from './peers/peer.js';
import { rowseal } from './peers/rowseal.js';
import { jsonLines, type Outcome, table } from './report.js';
import { makeRows, unpaddedTransactions } from './rows.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '15' },
    rows: { type: 'string', default: '1000' },
  },
});

const rows = makeRows(positive('rows', options.rows));
const rounds = positive('rounds', options.rounds);
const aead = nobleAead;
const own = await rowseal(aead);
const unpadded = await rowseal(aead, 'rowseal, padding none', unpaddedTransactions);
const duels = await measure(own, await chosenPeers(options.only), rows, rounds);

const outcome: Outcome = {
  backend: aead.name,
  own,
  rows: rows.length,
  rounds,
  duels,
  ownStored: new Map([
    [own.name, await storedLength(own, rows)],
    [unpadded.name, await storedLength(unpadded, rows)],
  ]),
};
console.log(options.json ? jsonLines(outcome) : table(outcome));

async function chosenPeers(names: readonly string[] | undefined): Promise<Peer[]> {
  const peers = await Promise.all(PEERS.map((create) => create()));
  const missing = names?.find((name) => !peers.some((peer) => peer.name.includes(name)));
  if (missing !== undefined) {
    refuse(`No peer '${missing}'. There are: ${peers.map(({ name }) => name).join(', ')}`);
  }
  return peers.filter((peer) => !names || names.some((name) => peer.name.includes(name)));
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  return refuse(`--${name} takes a whole number above 0, not '${text}'.`);
}

function refuse(mistake: string): never {
  console.error(mistake);
  process.exit(2);
}
