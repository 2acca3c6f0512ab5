/**
 * `npm run test:service`: the end-to-end suite against the PowerSync service and the Postgres that
 * environment variables name, or the half of it that needs no service.
 *
 * `-- --sql` and `-- --sync-config` print what these have to be given first: test/service/README.md.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { readEnvironment, VARIABLES } from './environment.js';
import { PUBLICATION_SQL, SERVER_SQL, SYNC_CONFIG } from './tables.js';

const DOCUMENTED = 'They are described in test/service/README.md.';

const options = { sql: { type: 'boolean' }, 'sync-config': { type: 'boolean' } } as const;
const { values } = parseArgs({ options });
if (values.sql) console.log(`${SERVER_SQL}\n${PUBLICATION_SQL}`);
if (values['sync-config']) console.log(SYNC_CONFIG);
if (Object.keys(values).length === 0) process.exitCode = run();

function run(): number {
  const environment = readEnvironment(process.env);
  if (!environment) {
    console.log(`SKIPPED: no service is named. Not set: ${VARIABLES.join(', ')}. ${DOCUMENTED}`);
    return 0;
  }
  if ('complaint' in environment) {
    console.error(`Nothing was run. Variables ${environment.complaint}. ${DOCUMENTED}`);
    return 1;
  }
  const { service } = environment;
  if (!service) {
    const missing = VARIABLES.filter((name) => !process.env[name]);
    console.log(`SKIPPED: the service's part. Not set: ${missing.join(', ')}. ${DOCUMENTED}`);
  }
  return vitest(service ? [] : ['against-postgres']);
}

function vitest(files: readonly string[]): number {
  const config = ['--config', 'test/service/vitest.config.ts'];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...config, ...files];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}
