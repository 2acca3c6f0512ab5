import { cleartext, defineTable, encrypted } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { toServer, type UploadEntry } from '../../src/sync/to-server.js';
import { payloadIdOf, payloadText } from '../support/payload-text.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  folder: cleartext.text().optional(),
  pinned: cleartext.boolean().optional(),
  position: cleartext.integer().optional(),
  room: cleartext.text().bound(),
  constructor: cleartext.text().optional(),
  seen_at: cleartext.text().serverOwned(),
});
const payload = payloadText('a');
const parents = `${payloadIdOf(payloadText('b'))} ${payloadIdOf(payloadText('c'))}`;
const entry = (opData: object, op = 'PUT') => ({
  op,
  table: 'notes_sealed',
  id: 'n1',
  opData: { ...opData },
});
const nothing = { folder: null, pinned: null, position: null, room: null, constructor: null };

describe('a PUT of a sealed row', () => {
  it('carries the whole row: what PowerSync leaves out is NULL', () => {
    expect(toServer(entry({ payload, room: 'r1' }), [notes])).toEqual({
      op: 'PUT',
      table: 'notes_sealed',
      id: 'n1',
      data: { ...nothing, room: 'r1', payload, parents: '' },
    });
  });

  it('carries what is declared visible, payload and parents, and booleans as such', () => {
    const visible = { folder: 'inbox', pinned: 1, position: 0, room: 'r1', constructor: 'c' };
    const write = toServer(entry({ ...visible, payload, parents }), [notes]);
    expect(write?.data).toEqual({ ...visible, pinned: true, payload, parents });
    expect(toServer(entry({ pinned: 0, payload }), [notes])?.data).toMatchObject({ pinned: false });
    expect(toServer(entry({ pinned: 2, payload }), [notes])?.data).toMatchObject({ pinned: 2 });
  });

  it('leaves out what only the server writes, and what else the entry knows', () => {
    const owned = { seen_at: 'monday', siblings: 'plaintext', payload };
    const tracked = { ...entry(owned), previousValues: { body: 'before' }, metadata: 'a remark' };
    const write = toServer(tracked, [notes]);
    expect(write).toEqual({ op: 'PUT', table: 'notes_sealed', id: 'n1', data: expect.anything() });
    expect(write?.data).toEqual({ ...nothing, payload, parents: '' });
  });
});

describe('a PATCH of a sealed row', () => {
  it('carries what changed and may be seen', () => {
    const change = { pinned: 1, seen_at: 'monday', siblings: '' };
    expect(toServer(entry(change, 'PATCH'), [notes])?.data).toEqual({ pinned: true });
    const resealed = { payload, parents: null, folder: null };
    expect(toServer(entry(resealed, 'PATCH'), [notes])?.data).toEqual({ ...resealed, parents: '' });
  });

  it('is not sent when nothing is left of it', () => {
    expect(toServer(entry({ seen_at: 'monday' }, 'PATCH'), [notes])).toBe(null);
    expect(toServer({ op: 'PATCH', table: 'notes_sealed', id: 'n1' }, [notes])).toBe(null);
  });
});

describe('a DELETE of a sealed row', () => {
  const gone = { op: 'DELETE', table: 'notes_sealed', id: 'n1', previousValues: { payload } };

  it('is not sent, for it would take the row away from every device', () => {
    expect(toServer(gone, [notes])).toBe(null);
    expect(toServer(gone, [notes], { deletes: 'sealed' })).toBe(null);
  });

  it('is sent where the app deletes that way', () => {
    const { op, table, id } = gone;
    expect(toServer(gone, [notes], { deletes: 'engine' })).toEqual({ op, table, id, data: null });
  });
});

describe('a table that is not declared', () => {
  it('passes as it is', () => {
    const put = { op: 'PUT', table: 'todos', id: 't1', opData: { title: 'milk', siblings: 'x' } };
    const { op, table, id, opData } = put;
    expect(toServer(put, [notes])).toEqual({ op, table, id, data: opData });
    const tracked = { ...put, previousValues: { title: 'bread' }, metadata: 'a remark' };
    const { previousValues, metadata } = tracked;
    expect(toServer(tracked, [notes])).toEqual({
      ...{ op, table, id, data: opData },
      previousValues,
      metadata,
    });
    const gone = { op: 'DELETE', table: 'todos', id: 't1' };
    expect(toServer(gone, [notes])).toEqual({ ...gone, data: null });
  });
});

describe('a refusal', () => {
  it.each<[string, UploadEntry, string]>([
    [
      'an entry of the plaintext table',
      { ...entry({ body: 'r1' }), table: 'notes' },
      'table is synced',
    ],
    ['a row without a payload', entry({ room: 'r1' }), "'payload' has no sealed payload"],
    ['parents', entry({ payload, parents: 'r1' }), "'parents' has something else"],
    ['a change', entry({ body: 'r1' }, 'PATCH'), "no visible column 'body'"],
  ])('of %s says what to do, and quotes no value', (_, refused, why) => {
    const attempt = () => toServer(refused, [notes]);
    expect(attempt).toThrow(why);
    expect(attempt).toThrow("Write to 'notes', not to 'notes_sealed'");
    expect(attempt).toThrow('onExposure of uploadWith takes what is queued');
    expect(attempt).not.toThrow('r1');
  });
});

it('refuses options that it does not have', () => {
  const options = { delete: 'engine' } as object;
  expect(() => toServer(entry({ payload }), [notes], options)).toThrow(TypeError);
});
