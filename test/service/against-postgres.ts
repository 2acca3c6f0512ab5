/** The half that needs no service, against the Postgres that the environment names. */
import { describeClosing } from './closing-cases.js';
import { readEnvironment } from './environment.js';
import { describePostgres } from './postgres-cases.js';
import { openPool } from './real-backend.js';

const environment = readEnvironment(process.env);
if (!environment || 'complaint' in environment) {
  throw new Error('No Postgres is named: npm run test:service tells which variables are missing.');
}
const { databaseUrl } = environment;

describePostgres(() => openPool(databaseUrl));
describeClosing(() => openPool(databaseUrl));
