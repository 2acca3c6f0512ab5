/**
 * `npm run soak:migration`: a device is killed 50 times while it moves its rows.
 *
 * `-- --kills 20` for fewer kills, `-- --seed 7` for the choices of an earlier run; where exactly a
 * kill lands is up to the system.
 */
import { parseArgs } from 'node:util';
import { killMigration } from './migration-kills.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
console.log(`${kills} kills, seed ${seed}`);
const { rows, removed } = await killMigration(kills, seed);
console.log(`${kills} kills, ${rows} rows, ${removed} removed, 0 lost, 0 twice, 0 unverified`);
