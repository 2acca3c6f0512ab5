import { expect, test } from 'vitest';
import { syncServer } from '../support/synced-devices.js';

const SECRET = 'Zürich "Nord" £7';

const forms: Record<string, { body?: Uint8Array | string; path?: string; header?: string }> = {
  'as it is': { body: Buffer.from(`xx${SECRET}xx`) },
  'as it is, utf16': { body: Buffer.from(`${SECRET}!`, 'utf16le') },
  hex: { body: Buffer.from(SECRET).toString('hex') },
  'hex in capitals': { body: Buffer.from(SECRET).toString('hex').toUpperCase() },
  base64: { body: Buffer.from(`ab${SECRET}`).toString('base64') },
  base64url: { body: Buffer.from(`a${SECRET}??>`).toString('base64url') },
  'base64, utf16': { body: Buffer.from(SECRET, 'utf16le').toString('base64') },
  JSON: { body: JSON.stringify({ name: SECRET }) },
  'JSON in ASCII': { body: String.raw`{"name":"Z\u00fcrich \"Nord\" \u00a37"}` },
  'a URL': { path: `/x?name=${encodeURIComponent(SECRET)}` },
  'a header': { header: Buffer.from(SECRET).toString('latin1') },
};

for (const [form, { body = '{}', path = '/', header = 'none' }] of Object.entries(forms)) {
  test(`a text is found as ${form}`, async () => {
    const server = await syncServer();
    const ask = (content: Uint8Array | string, url: string, value: string) =>
      fetch(server.url + url, { method: 'POST', headers: { 'x-name': value }, body: content });
    await ask('Zurich Nord', '/', 'Zurich Nord');
    expect(await server.findReceived([SECRET])).toEqual([]);
    await ask(body, path, header);
    const [found, ...others] = await server.findReceived(['of another row', SECRET]);
    expect(found).toMatchObject({ text: SECRET, seq: 2, url: path });
    for (const other of others) expect(other.seq).toBe(2);
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
