/**
 * `npm run bench:powersync`: the mirror beside the same SDK, server and rows unencrypted.
 *
 * `-- --quick` proves that it runs, `-- --json` prints one object a line, `-- --profile FOLDER`
 * writes V8's CPU profiles of every thread.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nobleAead } from '../../dist/index.js';
import { jsonLines, table } from './report.js';
import { playRounds } from './rounds.js';

const QUICK = { rows: '400', batch: '200', rounds: '1' };
const FULL = { rows: '100000', batch: '10000', rounds: '7' };

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rows: { type: 'string' },
    batch: { type: 'string' },
    rounds: { type: 'string' },
    profile: { type: 'string' },
  },
});

const numbers = { ...(options.quick ? QUICK : FULL), ...options };
const rows = positive('rows', numbers.rows);
const sizes = { rows, fewRows: Math.ceil(rows / 100), batch: positive('batch', numbers.batch) };
const rounds = positive('rounds', numbers.rounds);
const played = await playRounds({
  ...sizes,
  rounds,
  ...(options.profile !== undefined && { profileIn: options.profile }),
  progress: (what) => console.error(what),
});
const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string };
const outcome = { ...sizes, version, backend: nobleAead.name, rounds, played };
console.log(options.json ? jsonLines(outcome) : table(outcome));

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} takes a whole number above 0, not '${text}'.`);
  process.exit(2);
}
