/**
 * `npm run soak:rotation`: devices are killed 50 times while they re-encrypt.
 *
 * `-- --kills 20` for fewer kills, `-- --seed 7` for the choices of an earlier run; where exactly a kill
 * lands is up to the system.
 */
import { parseArgs } from 'node:util';
import { killRotations } from './rotation-kills.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  console.error('--kills takes a whole number from 1 on, --seed a whole number.');
  process.exit(2);
}
const { changes, rows, edits } = await killRotations(kills, seed).catch((error: unknown) => {
  console.error(`Seed ${seed}:`, error);
  process.exit(1);
});
console.log(
  `${kills} kills, seed ${seed}, ${changes} changes of keys, ${rows} rows, ${edits} edits, 0 lost, 0 twice, 0 unopened, old keys gone: yes`,
);
