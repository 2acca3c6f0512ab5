import { defineTable } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { expect, test } from 'vitest';
import { keyCloser } from '../../examples/sync-server/connector.js';
import { payloadText } from '../support/payload-text.js';
import { syncServer } from '../support/synced-devices.js';

test('keys are closed for who is logged in, and uploads under them come back later', async () => {
  const tables = serverSql([defineTable('notes', {})], { owner: 'owner_id' });
  const server = await syncServer({ tables });
  const login = { owner: 'ada', device: 'laptop' };
  const post = async (path: string, body: object) => {
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
    const answer = (await response.json()) as { token?: string; refused?: { id: string }[] };
    return { status: response.status, ...answer };
  };
  const { token } = await post('/token', login);
  const put = (id: string, payload: string) => ({
    ...{ op: 'PUT', table: 'notes_sealed', id },
    data: { payload, parents: '' },
  });
  const upload = (...transaction: object[]) => post('/upload', { token, transaction });
  const old = payloadText('old');
  const prefix = old.slice(0, 44);

  expect((await upload(put('n1', old))).status).toBe(200);
  const close = keyCloser({ url: server.url, ...login });
  expect(await close([prefix])).toEqual([{ prefix, payloads: 1 }]);
  const other = keyCloser({ url: server.url, device: 'laptop', owner: 'bob' });
  expect(await other([prefix])).toEqual([{ prefix, payloads: 0 }]);
  await expect(close(['no prefix'])).rejects.toThrow('500');

  expect((await upload(put('n1', old))).status).toBe(200); // it is stored
  const late = put('n2', `${prefix}${payloadText('late').slice(44)}`);
  expect(await upload(late)).toMatchObject({ status: 500 });
  // A row that is refused for good is not named together with one that is not.
  expect(await upload(put('n3', 'readable'), late)).toMatchObject({ status: 500 });
  const final = await upload(put('n3', 'readable'), put('n2', payloadText('new')));
  expect(final).toMatchObject({ status: 422, refused: [{ id: 'n3' }] });
});
