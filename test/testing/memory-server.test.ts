import { describe, expect, it } from 'vitest';
import { cleartext, defineTable, encrypted } from '../../src/index.js';
import { type MemoryServer, memoryServer } from '../../src/testing/testing.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  folder: cleartext.text(),
  received_at: cleartext.text().serverOwned(),
});

/** An envelope as far as a server can tell, with a nonce of one letter. */
const payload = (letter: string) => `AQ${'x'.repeat(42)}${idOf(letter)}${'y'.repeat(30)}`;
const idOf = (letter: string) => letter.repeat(32);
const write = (letter: string, parents: readonly string[] = []) => ({
  op: 'put' as const,
  table: 'notes',
  id: 'n1',
  row: { folder: 'home', payload: payload(letter), parents: parents.map(idOf).join(' ') },
});
const siblings = (server: MemoryServer) => server.row('notes', 'n1')?.siblings;

function serverWith(...writes: ReturnType<typeof write>[]): MemoryServer {
  const server = memoryServer([notes]);
  for (const each of writes) server.upload('laptop', [each]);
  return server;
}

describe('siblings', () => {
  it('has none at first, whatever the device says', () => {
    const first = write('a');
    const server = serverWith({ ...first, row: { ...first.row, siblings: 'x' } as never });
    expect(siblings(server)).toBe('');
  });

  it('keeps a payload that was replaced unseen', () => {
    expect(siblings(serverWith(write('a'), write('b')))).toBe(payload('a'));
    expect(siblings(serverWith(write('a'), write('b', ['a'])))).toBe('');
    expect(siblings(serverWith(write('a'), write('b'), write('c', ['a', 'b'])))).toBe('');
    expect(siblings(serverWith(write('a'), write('b'), write('c', ['b'])))).toBe(payload('a'));
  });

  it('takes a row that names no parents for one that has merged nothing', () => {
    const server = serverWith(write('a'));
    const { parents: _, ...row } = write('b').row;
    server.upload('phone', [{ ...write('b'), row }]);
    expect(siblings(server)).toBe(payload('a'));
  });

  it('keeps each once, also when a batch is sent twice', () => {
    const server = serverWith(write('b'), write('a'), write('a'), write('c'), write('c'));
    expect(siblings(server)).toBe(`${payload('a')} ${payload('b')}`);
  });

  it('keeps none without the trigger', () => {
    const server = memoryServer([notes], { siblings: false });
    server.upload('laptop', [write('a')]);
    server.upload('phone', [write('b')]);
    expect(siblings(server)).toBe('');
  });
});

describe('a device', () => {
  it('is sent what changed since it heard last', () => {
    const server = serverWith(write('a'));
    const { position, rows } = server.checkpoint('phone', 0);
    expect(rows).toMatchObject([{ table: 'notes', id: 'n1', row: { payload: payload('a') } }]);
    expect(server.checkpoint('phone', position)).toEqual({ position, rows: [] });
    const answer = server.upload('laptop', [write('b', ['a'])]);
    expect(server.checkpoint('phone', position).rows).toHaveLength(1);
    expect(server.checkpoint('phone', answer.position).rows).toEqual([]);
  });

  it('is told that a row is gone', () => {
    const server = serverWith(write('a'));
    server.upload('laptop', [{ op: 'delete', table: 'notes', id: 'n1', row: null }]);
    expect(server.checkpoint('phone', 0).rows).toEqual([{ table: 'notes', id: 'n1', row: null }]);
    expect(server.rows('notes')).toEqual([]);
  });

  it('is sent only what is in its scope', () => {
    const server = serverWith(write('a'));
    const { position } = server.checkpoint('phone', 0);
    server.scope('phone', 'notes', 'n1', false);
    expect(server.checkpoint('phone', position).rows).toMatchObject([{ row: null }]);
    expect(server.checkpoint('laptop', position).rows).toEqual([]);
    server.scope('phone', 'notes', 'n1', true);
    expect(server.checkpoint('phone', position).rows).toMatchObject([{ row: { folder: 'home' } }]);
  });

  it('can not write what the server owns, nor plaintext', () => {
    const server = serverWith(write('a'));
    server.hostile.change('notes', 'n1', { received_at: 'noon' });
    const next = write('b', ['a']);
    server.upload('laptop', [{ ...next, row: { ...next.row, received_at: 'midnight' } as never }]);
    expect(server.row('notes', 'n1')).toMatchObject({ received_at: 'noon' });
    const plain = { ...next, row: { ...next.row, payload: 'hello' } };
    expect(() => server.upload('laptop', [plain])).toThrow(TypeError);
    expect(() => server.upload('laptop', [{ ...next, table: 'other' }])).toThrow(TypeError);
  });

  it('is counted', () => {
    const server = serverWith(write('a'), write('b', ['a']));
    server.upload('phone', [write('b', ['a'])]);
    expect(server.uploadCount('notes', 'n1')).toBe(3);
    expect(server.uploadCount('notes', 'n1', 'laptop')).toBe(2);
    expect(server.uploadCount('notes', 'n1', 'tablet')).toBe(0);
    expect(server.sent()).toHaveLength(3);
  });
});

describe('a hostile server', () => {
  it('replays', () => {
    const server = serverWith(write('a'), write('b'), write('c', ['a', 'b']));
    expect(server.versions('notes', 'n1')).toHaveLength(3);
    server.hostile.replay('notes', 'n1', 1, 'siblings');
    expect(server.row('notes', 'n1')).toMatchObject({ payload: payload('c') });
    expect(siblings(server)).toBe(payload('a'));
    server.hostile.replay('notes', 'n1', 0, 'payload');
    expect(server.row('notes', 'n1')).toMatchObject({ payload: payload('a') });
    server.hostile.replay('notes', 'n1', 1);
    expect(server.row('notes', 'n1')).toMatchObject({ payload: payload('b') });
    expect(() => server.hostile.replay('notes', 'n1', 99)).toThrow(TypeError);
  });

  it('drops rows, and invents none', () => {
    const server = serverWith(write('a'));
    server.hostile.drop('notes', 'n1');
    expect(server.row('notes', 'n1')).toBeNull();
    expect(() => server.hostile.change('notes', 'n1', {})).toThrow(TypeError);
    server.hostile.replay('notes', 'n1', 0);
    expect(server.row('notes', 'n1')).not.toBeNull();
  });

  it('refuses a row, and stores the others', () => {
    const server = memoryServer([notes]);
    server.hostile.refuse('notes', 'n1', true);
    const answer = server.upload('laptop', [write('a'), { ...write('b'), id: 'n2' }]);
    expect(answer.refused).toEqual([{ table: 'notes', id: 'n1' }]);
    expect(server.rows('notes')).toMatchObject([{ id: 'n2' }]);
    server.hostile.refuse('notes', 'n1', false);
    expect(server.upload('laptop', [write('a')]).refused).toEqual([]);
    expect(server.rows('notes')).toHaveLength(2);
  });
});
