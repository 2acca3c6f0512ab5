/** The suite against the service that the environment names: `npm run test:service`. */
import { readEnvironment } from './environment.js';
import { openPool, openReal } from './real-backend.js';
import { describeService } from './service-suite.js';

const environment = readEnvironment(process.env);
if (!environment || !('service' in environment) || !environment.service) {
  throw new Error('No service is named: npm run test:service tells which variables are missing.');
}
const { databaseUrl, service } = environment;

describeService(
  'a PowerSync service',
  ['NDJSON over HTTP', 'BSON over HTTP', 'BSON over WebSocket'],
  async () => openReal(await openPool(databaseUrl), service),
);
