/**
 * A hostile server over the wire: what it can write into rows. Each title begins with the classes of
 * attack, as in `test/attacks/README.md`. What the devices show never changes, other rows go on, and
 * nothing is uploaded in answer.
 */
import {
  bySecret,
  createVault,
  encryptRow,
  generateRecoveryKey,
  memoryStore,
  openVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { expect, it } from 'vitest';
import type { ServerRow } from '../../examples/sync-server/sync-server.js';
import { decodeBase64url, encodeBase64url } from '../../src/bytes/base64url.js';
import {
  expectUnmoved,
  findingsOf,
  hostileWorld,
  NOTES,
  notes,
  rowsOf,
  TASKS,
  troublesOf,
} from '../support/hostile-world.js';
import { untilUploaded } from '../support/mirrored-powersync.js';
import { untilRows } from '../support/synced-devices.js';

const QUARANTINED = 'quarantined ROW_AUTH_FAILED';
const NOT_ENCRYPTED = 'quarantined NOT_ENCRYPTED';
const MALFORMED = 'quarantined ROW_MALFORMED';
const NO_KEY = 'waiting UNKNOWN_KEY';
const NEWER = 'waiting UNSUPPORTED_VERSION';

function bytesOf(payload: string): Uint8Array {
  return decodeBase64url(payload) as Uint8Array;
}

function flipped(payload: string, at: number): string {
  const bytes = bytesOf(payload);
  const index = at < 0 ? bytes.length + at : at;
  return encodeBase64url(bytes.map((byte, i) => (i === index ? byte ^ 1 : byte)));
}

/** By the byte of an envelope that is changed, with what becomes of the row. */
const FLIPS: Readonly<Record<string, readonly [at: number, trouble: string]>> = {
  'start of the key id': [1, NO_KEY],
  'end of the key id': [32, NO_KEY],
  'start of the nonce': [33, QUARANTINED],
  'end of the nonce': [56, QUARANTINED],
  'the bound set': [57, NEWER],
  'start of the ciphertext': [58, QUARANTINED],
  'middle of the ciphertext': [150, QUARANTINED],
  'start of the tag': [-16, QUARANTINED],
  'end of the tag': [-1, QUARANTINED],
};

it('A01 C10: a byte changed anywhere holds the row, which is mended by the honest bytes or an edit', async () => {
  const w = await hostileWorld(Object.keys(FLIPS));
  const before = await rowsOf(w.phone);
  const honest = await w.payloadOf('start of the key id');
  for (const [id, [at]] of Object.entries(FLIPS)) {
    await w.server.setColumns(NOTES, id, { payload: flipped(await w.payloadOf(id), at) });
  }
  await expectUnmoved(w, before);
  const troubles = Object.entries(FLIPS).map(([id, [, trouble]]) => [id, trouble]);
  expect(await troublesOf(w.phone)).toEqual(Object.fromEntries(troubles));
  await w.server.setColumns(NOTES, 'start of the key id', { payload: honest });
  await w.phone.db.execute("UPDATE notes SET title = 'mended' WHERE id = 'end of the tag'");
  await untilRows(w.laptop.db, "SELECT title FROM notes WHERE id = 'end of the tag'", [
    { title: 'mended' },
  ]);
  await w.untilLookedAt();
  const { 'start of the key id': _, 'end of the tag': __, ...left } = Object.fromEntries(troubles);
  expect(await troublesOf(w.phone)).toEqual(left);
  expect(await w.uploads()).toBe(1);
});

async function rotated(): Promise<{ opened: () => Promise<Vault>; first: Vault }> {
  const { vault: first, opener } = vaultForTesting('hostile server');
  const store = memoryStore(first.header);
  await rotateDataKey(store, await openVault(store, opener));
  return { opened: () => openVault(store, opener), first };
}

it('A13 C10: a payload under the id of another known key does not open', async () => {
  const { opened, first } = await rotated();
  const w = await hostileWorld(['a'], opened);
  const before = await rowsOf(w.phone);
  const earlier = encryptRow(first, notes, { id: 'x', title: 'x', list_id: 'l1' });
  const bytes = bytesOf(await w.payloadOf('a'));
  bytes.set(bytesOf(earlier.payload).subarray(1, 33), 1);
  await w.server.setColumns(NOTES, 'a', { payload: encodeBase64url(bytes) });
  await expectUnmoved(w, before);
  expect(await troublesOf(w.phone)).toEqual({ a: QUARANTINED });
});

it('C08: a row written with a revoked key after it was revoked is held', async () => {
  const opener = bySecret(crypto.getRandomValues(new Uint8Array(32)));
  const store = memoryStore();
  const { vault: first } = await createVault(store, opener);
  await rekeyVault(store, first, { keep: [opener], recoveryKey: generateRecoveryKey() });
  const w = await hostileWorld(['a'], () => openVault(store, opener));
  const before = await rowsOf(w.phone);
  const forged = encryptRow(first, notes, { id: 'a', title: 'forged', list_id: 'l1' });
  await w.server.setColumns(NOTES, 'a', { payload: forged.payload });
  await expectUnmoved(w, before);
  expect(await troublesOf(w.phone)).toEqual({ a: 'quarantined KEY_RETIRED' });
});

type Forgery = readonly [forge: (payload: string) => string | null, trouble: string];
const FORGERIES: Readonly<Record<string, Forgery>> = {
  null: [() => null, NOT_ENCRYPTED],
  'empty text': [() => '', NOT_ENCRYPTED],
  'plain text': [() => 'Blåbær & Sønner', NOT_ENCRYPTED],
  'a row as JSON': [() => '{"title":"forged"}', NOT_ENCRYPTED],
  'JSON as base64url': [
    () => encodeBase64url(new TextEncoder().encode('{"title":"forged"}'.repeat(20))),
    NOT_ENCRYPTED,
  ],
  'cut by four': [(payload) => payload.slice(0, -4), QUARANTINED],
  'longer by four': [(payload) => `${payload}AAAA`, QUARANTINED],
  'cut to its id': [(payload) => payload.slice(0, 76), MALFORMED],
  'padded with =': [(payload) => `${payload}==`, MALFORMED],
  'behind a space': [(payload) => ` ${payload}`, NOT_ENCRYPTED],
  'format 0': [(payload) => flipped(payload, 0), NOT_ENCRYPTED],
  'format 2, which a row never has': [(payload) => `Ag${payload.slice(2)}`, MALFORMED],
  'format 16, which may come': [(payload) => `EA${payload.slice(2)}`, NEWER],
  'two megabytes': [
    (payload) => payload + 'A'.repeat(2 * 1024 * 1024),
    'quarantined LIMIT_EXCEEDED',
  ],
};

it('A01 A06 A08 C11 D03 D05: what is no envelope of this format is never read as one', async () => {
  const w = await hostileWorld(Object.keys(FORGERIES));
  await w.server.migrate(`ALTER TABLE ${NOTES} ALTER payload DROP NOT NULL`);
  const before = await rowsOf(w.phone);
  for (const [id, [forge]] of Object.entries(FORGERIES)) {
    await w.server.setColumns(NOTES, id, { payload: forge(await w.payloadOf(id)) });
  }
  await expectUnmoved(w, before);
  const troubles = Object.entries(FORGERIES).map(([id, [, trouble]]) => [id, trouble]);
  expect(await troublesOf(w.phone)).toEqual(Object.fromEntries(troubles));
});

it('A02 A03 A07 B03: a payload in another row, table or vault, or once more under a new id', async () => {
  const w = await hostileWorld(['a', 'b', 'from-task', 'of-bob', 'to-copy']);
  const before = await rowsOf(w.phone);
  const [a, b, copied] = await Promise.all(['a', 'b', 'to-copy'].map((id) => w.payloadOf(id)));
  const [task] = await w.server.query(`SELECT payload FROM ${TASKS}`);
  const bob = encryptRow(vaultForTesting('bob').vault, notes, {
    ...{ id: 'of-bob', title: 'forged', list_id: 'l1' },
  });
  const rest = { owner_id: 'ada', list_id: 'l1', folder: 'in', parents: '', siblings: '' };
  const moves: readonly [string, ServerRow][] = [
    ['a', { payload: b }],
    ['b', { payload: a }],
    ['from-task', { payload: task?.payload }],
    ['of-bob', { payload: bob.payload }],
    ['TO-COPY', { ...rest, payload: copied }],
    ['to-copy ', { ...rest, payload: copied }],
  ];
  for (const [id, columns] of moves) await w.server.setColumns(NOTES, id, columns);
  await expectUnmoved(w, before);
  const moved = Object.fromEntries(moves.map(([id]) => [id, QUARANTINED]));
  expect(await troublesOf(w.phone)).toEqual({ ...moved, 'of-bob': NO_KEY });
});

it("A07 D10: another user's row in this user's bucket stays sealed", async () => {
  const w = await hostileWorld(['a']);
  const before = await rowsOf(w.phone);
  const bob = encryptRow(vaultForTesting('bob').vault, notes, {
    ...{ id: 'bobs', title: 'of Bob', list_id: 'l1' },
  });
  const columns = { payload: bob.payload, list_id: 'l1', parents: '', siblings: '' };
  await w.server.setColumns(NOTES, 'bobs', { ...columns, owner_id: 'ada' });
  await expectUnmoved(w, before);
  expect(await troublesOf(w.phone)).toEqual({ bobs: NO_KEY });
  await untilUploaded(w.phone.db);
});

it('A04: a changed bound column holds the row, a changed mirrored one is a finding', async () => {
  const w = await hostileWorld(['bound', 'bound-null', 'mirrored', 'mirrored-null']);
  await w.server.migrate(`ALTER TABLE ${NOTES} ALTER list_id DROP NOT NULL`);
  const before = await rowsOf(w.phone);
  await w.server.setColumns(NOTES, 'bound', { list_id: 'l2' });
  await w.server.setColumns(NOTES, 'bound-null', { list_id: null });
  await w.server.setColumns(NOTES, 'mirrored', { folder: 'forged' });
  await w.server.setColumns(NOTES, 'mirrored-null', { folder: null });
  await expectUnmoved(w, before);
  expect(await troublesOf(w.phone)).toEqual({ bound: QUARANTINED, 'bound-null': QUARANTINED });
  expect(await findingsOf(w.phone)).toEqual([
    'mirrored metadata-mismatch:folder',
    'mirrored-null metadata-mismatch:folder',
  ]);
});

it('A08 B03 D05: what is put beside a payload merges nothing, and is found', async () => {
  const w = await hostileWorld(['foreign', 'many', 'other', 'parents', 'plain', 'same']);
  const before = await rowsOf(w.phone);
  await w.server.addSiblings(NOTES, 'foreign', [await w.payloadOf('other')]);
  await w.server.addSiblings(NOTES, 'plain', ['plaintext', '{"title":"forged"}']);
  await w.server.addSiblings(NOTES, 'same', [await w.payloadOf('same')]);
  await w.server.addSiblings(NOTES, 'many', Array(500).fill('AQ'));
  await w.server.setColumns(NOTES, 'parents', { parents: '{"title":"forged"}' });
  await expectUnmoved(w, before);
  expect(await troublesOf(w.phone)).toEqual({});
  expect(await findingsOf(w.phone)).toEqual([
    'foreign sibling-refused:ROW_AUTH_FAILED',
    'many sibling-refused:ROW_MALFORMED',
    'plain sibling-refused:NOT_ENCRYPTED',
  ]);
});
