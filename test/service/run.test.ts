/** What `npm run test:service` says before it asks anything of anybody. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VARIABLES } from './environment.js';
import { PUBLICATION_SQL, SERVER_SQL, SYNC_CONFIG } from './tables.js';

const SECRET = 'Y2FuYXJ5LXNlY3JldA';
const PASSWORD = 'canary-password';
const DATABASE_URL = `postgres://ada:${PASSWORD}@127.0.0.1:1/app`;

function run(variables: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of VARIABLES) delete env[name];
  return spawnSync('npm', ['run', '--silent', 'test:service', '--', ...args], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...env, ...variables },
    encoding: 'utf8',
  });
}

it('says in one line that it was skipped, which variables are missing, and where to read of them', () => {
  const { status, stdout, stderr } = run({});
  expect(stdout).toBe(
    `SKIPPED: no service is named. Not set: ${VARIABLES.join(', ')}. They are described in test/service/README.md.\n`,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('fails when some are missing, and says which', () => {
  const { status, stdout, stderr } = run({
    ROWSEAL_SERVICE_DATABASE_URL: DATABASE_URL,
    ROWSEAL_SERVICE_SECRET: SECRET,
    ROWSEAL_SERVICE_URL: 'http://127.0.0.1:1',
  });
  expect(stderr).toBe(
    'Nothing was run. Variables not set: ROWSEAL_SERVICE_KEY_ID, ROWSEAL_SERVICE_AUDIENCE. They are described in test/service/README.md.\n',
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});

it('prints the SQL for Postgres and the sync config of the service', () => {
  const sql = run({}, ['--sql']);
  expect(sql).toMatchObject({ status: 0, stdout: `${SERVER_SQL}\n${PUBLICATION_SQL}\n` });
  expect(run({}, ['--sync-config'])).toMatchObject({ status: 0, stdout: `${SYNC_CONFIG}\n` });
});

it('shows neither secret nor password when nobody answers', () => {
  const all = { ROWSEAL_SERVICE_URL: 'http://127.0.0.1:1', ROWSEAL_SERVICE_SECRET: SECRET };
  const named = { ROWSEAL_SERVICE_KEY_ID: 'test', ROWSEAL_SERVICE_AUDIENCE: 'test' };
  const { status, stdout, stderr } = run({
    ...{ ...all, ...named },
    ROWSEAL_SERVICE_DATABASE_URL: DATABASE_URL,
  });
  expect(status).toBe(1);
  expect(stdout + stderr).toContain('ECONNREFUSED');
  expect(stdout + stderr).not.toMatch(new RegExp(`${SECRET}|${PASSWORD}`));
});
