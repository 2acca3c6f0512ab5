import { expect, test } from 'vitest';
import { createRecorder } from '../../examples/sync-server/recorder.js';
import { syncServer } from '../support/synced-devices.js';

const SECRET = 'Zürich "Nord" £7';
const EMPTY = { method: 'POST', url: '/', headers: 'x-name: none', body: new Uint8Array() };

const forms = {
  'as it is': { body: Buffer.from(`xx${SECRET}xx`) },
  'UTF-16': { body: Buffer.from(`${SECRET}!`, 'utf16le') },
  hex: { body: Buffer.from(Buffer.from(SECRET).toString('hex')) },
  'hex in capitals': { body: Buffer.from(Buffer.from(SECRET).toString('hex').toUpperCase()) },
  base64: { body: Buffer.from(Buffer.from(`ab${SECRET}`).toString('base64')) },
  base64url: { body: Buffer.from(Buffer.from(`a${SECRET}??>`).toString('base64url')) },
  'base64 of UTF-16': { body: Buffer.from(Buffer.from(SECRET, 'utf16le').toString('base64')) },
  JSON: { body: Buffer.from(JSON.stringify({ name: SECRET })) },
  'JSON in ASCII': { body: Buffer.from(String.raw`{"name":"Z\u00fcrich \"Nord\" \u00a37"}`) },
  'a URL': { url: `/x?name=${encodeURIComponent(SECRET)}` },
  'a header': { headers: `x-name: ${Buffer.from(SECRET).toString('latin1')}` },
};

for (const [form, request] of Object.entries(forms)) {
  test(`a text is found as ${form}`, () => {
    const recorder = createRecorder();
    recorder.request({ ...EMPTY, body: Buffer.from('Zurich Nord') });
    expect(recorder.find([SECRET])).toEqual([]);
    recorder.request({ ...EMPTY, ...request });
    const found = recorder.find(['of another row', SECRET]);
    expect(new Set(found.map(({ text, seq }) => `${text} in ${seq}`))).toEqual(
      new Set([`${SECRET} in 2`]),
    );
  });
}

test('every request is kept as it came, in order', async () => {
  const server = await syncServer();
  await fetch(`${server.url}/token`, { method: 'POST', body: '{"device":"d","owner":"o"}' });
  await fetch(`${server.url}/nowhere?a=%20b`, { headers: { 'X-Case': 'Kept' } });
  const [first, second] = await server.received();
  expect(first).toMatchObject({ seq: 1, method: 'POST', url: '/token' });
  expect(Buffer.from(first?.body ?? []).toString()).toBe('{"device":"d","owner":"o"}');
  expect(second).toMatchObject({ seq: 2, method: 'GET', url: '/nowhere?a=%20b' });
  expect(second?.headers.split('\n')).toContain('X-Case: Kept');
});

test('a text too short to search for is refused, not passed over', async () => {
  const server = await syncServer();
  await expect(server.findReceived(['12.50'])).rejects.toThrow('Too short');
});

test('the disk holds what was uploaded', async () => {
  const server = await syncServer();
  expect(Buffer.from(await server.disk()).includes('Milk and honey')).toBe(false);
  await server.query("INSERT INTO notes (id, body) VALUES ('n1', 'Milk and honey')");
  expect(Buffer.from(await server.disk()).includes('Milk and honey')).toBe(true);
});
