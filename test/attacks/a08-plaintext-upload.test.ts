/**
 * The other direction: a wrong schema, or code that writes to the wrong table, puts plaintext where
 * it would be uploaded. Nobody attacks here; the server would just be told.
 */
import { describe, expect, it } from 'vitest';
import { toServer, type UploadEntry } from '../../src/adapters/powersync/powersync.js';
import { CANARY, createWorld, diary, expectRefused, ROW } from '../support/world.js';

const refusal = { codes: ['EXPOSURE_REFUSED'], structural: true } as const;

/** The entry of an honest upload, changed. */
type Change = (payload: string) => UploadEntry;
const put = (opData: Readonly<Record<string, unknown>>): UploadEntry => ({
  op: 'PUT',
  table: 'diary_sealed',
  id: ROW.id,
  opData,
});
const patch = (opData: Readonly<Record<string, unknown>>) => ({ ...put(opData), op: 'PATCH' });

const exposing: readonly (readonly [string, Change])[] = [
  ['a PUT of the plaintext table', () => ({ ...put(ROW), table: 'diary' })],
  ['a PATCH of the plaintext table', () => ({ ...patch({ text: CANARY }), table: 'diary' })],
  ['a DELETE of the plaintext table', () => ({ op: 'DELETE', table: 'diary', id: ROW.id })],
  ['a row without a payload', () => put({ folder: 'home' })],
  ['a row without anything', () => ({ op: 'PUT', table: 'diary_sealed', id: ROW.id })],
  ['an empty payload', () => put({ payload: '' })],
  ['plaintext as the payload', () => put({ payload: CANARY })],
  ['the plain row as the payload', () => put({ payload: JSON.stringify(ROW) })],
  ['plaintext behind the payload', (payload) => put({ payload: `${payload} ${CANARY}` })],
  ['part of a payload', (payload) => put({ payload: payload.slice(0, 90) })],
  ['an envelope of a later version', (payload) => put({ payload: `Ag${payload.slice(2)}` })],
  ['an object as the payload', (payload) => put({ payload: { payload } })],
  ['plaintext as parents', (payload) => put({ payload, parents: CANARY })],
  ['whole payloads as parents', (payload) => put({ payload, parents: payload })],
  ['a list as parents', (payload) => put({ payload, parents: [CANARY] })],
  ['a change to a plaintext payload', () => patch({ payload: CANARY })],
  ['a change that takes the payload away', () => patch({ payload: null })],
  ['a change of an encrypted column', () => patch({ text: CANARY })],
  ['an encrypted column in a change', (payload) => patch({ payload, text: CANARY })],
  ['an encrypted column that becomes NULL', () => patch({ mood: null })],
  ['a change of a column that is not declared', () => patch({ remark: CANARY })],
  ['a change of a column named as a method', () => patch({ toString: CANARY })],
  ['a change of the prototype', () => patch(JSON.parse('{"__proto__":{"folder":"home"}}'))],
  ['an operation that does not exist', () => ({ ...patch({ text: CANARY }), op: 'put' })],
];

/** In the queue of a released app, after an update that shows less. */
const formerlyVisible: readonly (readonly [string, Change])[] = [
  ['an encrypted column', (payload) => put({ payload, text: CANARY })],
  ['a column that is not declared', (payload) => put({ payload, remark: CANARY })],
  ['a column named as a method', (payload) => put({ payload, toString: CANARY })],
  [
    'a column named as the prototype',
    (payload) => put(JSON.parse(`{"payload":"${payload}","__proto__":{"folder":"${CANARY}"}}`)),
  ],
  ['siblings', (payload) => put({ payload, siblings: CANARY })],
  ['a column of the server', (payload) => put({ payload, updated_at: CANARY })],
  ['what was there before', (payload) => ({ ...put({ payload }), previousValues: ROW })],
  ['a remark', (payload) => ({ ...put({ payload }), metadata: CANARY })],
];

describe('A08: what is declared encrypted does not leave in plaintext', () => {
  it.each(exposing)('refuses %s', async (_, change) => {
    const world = await createWorld();
    const entry = change(world.sealed.payload);
    await expectRefused(world, () => toServer(entry, [diary]), refusal);
  });

  it.each(formerlyVisible)('sends a sealed row without %s', async (_, change) => {
    const { payload } = (await createWorld()).sealed;
    const write = toServer(change(payload), [diary]);
    const data = { folder: null, owner: null, payload, parents: '' };
    expect(write).toEqual({ op: 'PUT', table: 'diary_sealed', id: ROW.id, data });
    expect(Object.getPrototypeOf(write?.data)).toBe(Object.prototype);
  });
});
