import { startEmbedded } from './embedded-backend.js';
import { describeService } from './service-suite.js';

describeService(
  'the sync server of the tests',
  ['NDJSON over HTTP', 'BSON over HTTP', 'BSON over WebSocket'],
  startEmbedded,
);
