import { describe, expect, it, vi } from 'vitest';
import {
  byPassword,
  cleartext,
  decryptRow,
  decryptRowDetails,
  decryptRows,
  defineTable,
  encrypted,
  encryptRow,
  encryptRows,
  nobleAead,
  openVault,
  rotateDataKey,
  tryDecryptRow,
} from '../../src/index.js';
import { createWorld, diary, openFresh, PASSWORD, ROW } from '../support/world.js';

const world = await createWorld();
const { vault, sealed, store } = world;
const rotated = await rotateDataKey(store, vault);

const DAY = 24 * 60 * 60 * 1000;

describe('the id of a row', () => {
  it.each([
    ['an upper-case UUID', '6F9619FF-8B86-D011-B42D-00CF4FC964FF'],
    ['a UUID with one upper-case letter', '6f9619ff-8b86-d011-b42d-00cf4fc964fF'],
    ['nothing', ''],
    ['text with NUL', 'a\0'],
    ['a lone surrogate', '\ud800'],
    ['text of 257 bytes', `${'é'.repeat(128)}a`],
  ])('may not be %s', (_, id) => {
    const refusal = expect.objectContaining({ code: 'VALUE_UNSUPPORTED' });
    expect(() => encryptRow(vault, diary, { ...ROW, id })).toThrow(refusal);
  });

  it.each(['6f9619ff-8b86-d011-b42d-00cf4fc964ff', 'Not-A-UUID', '1', 'é'.repeat(128)])(
    'may be %s',
    (id) => {
      const row = { ...ROW, id };
      expect(decryptRow(vault, diary, encryptRow(vault, diary, row))).toEqual(row);
    },
  );
});

describe('bound columns as a database returns them', () => {
  const table = defineTable('bound', {
    count: cleartext.integer().bound(),
    shared: cleartext.boolean().bound(),
    team: cleartext.text().optional().bound(),
    parent: cleartext.integer().nullable().bound(),
  });
  const row = { id: 'r', count: -5, shared: true, parent: null };
  const honest = encryptRow(vault, table, row);

  it.each([
    { count: -5n },
    { count: '-5' },
    { shared: 1 },
    { team: null },
    { team: undefined },
    { parent: undefined },
  ])('open: $count $shared $team', (served) => {
    expect(decryptRow(vault, table, { ...honest, ...served } as never)).toEqual(row);
  });

  it.each([
    { count: '-05' },
    { count: ' -5' },
    { count: '-5.0' },
    { count: -5.5 },
    { count: 5 },
    { count: -5n - 2n ** 64n },
    { count: null },
    { shared: 'true' },
    { shared: '1' },
    { shared: 0 },
    { shared: null },
    { team: '' },
    { parent: 0 },
  ])('do not open: %o', (served) => {
    const result = tryDecryptRow(vault, table, { ...honest, ...served } as never);
    expect(result).toMatchObject({ ok: false, error: { code: 'ROW_AUTH_FAILED' } });
  });
});

describe('findings', () => {
  const findings = (served: typeof sealed, options = {}) =>
    decryptRowDetails(rotated, diary, served, options).findings;

  it('are none for an honest row', () => {
    expect(decryptRowDetails(vault, diary, sealed).findings).toEqual([]);
  });

  it('name the visible column that says something else, and keep what the server says apart', () => {
    const served = { ...sealed, folder: 'trash', updated_at: 'now', extra: 1 };
    const details = decryptRowDetails(vault, diary, served);
    expect(details.row).toEqual(ROW);
    expect(details.findings).toEqual([{ code: 'metadata-mismatch', column: 'folder' }]);
    expect({ ...details.untrusted }).toEqual({
      folder: 'trash',
      owner: 'ada',
      updated_at: 'now',
      extra: 1,
    });
    expect(Object.getPrototypeOf(details.untrusted)).toBeNull();
  });

  it('tell that a row was written after its key was rotated', () => {
    expect(findings(sealed)).toEqual([]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
    const late = encryptRow(vault, diary, ROW); // by a device that has not seen the rotation
    vi.useRealTimers();
    expect(findings(late)).toEqual([{ code: 'retired-key' }]);
  });

  it('tell that a stamp is more than a day ahead', async () => {
    const phone = await openFresh(world); // with a clock of its own to be set wrong
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY + 60_000 });
    const ahead = encryptRow(phone, diary, ROW);
    expect(findings(ahead)).toEqual([]);
    vi.useRealTimers();
    expect(findings(ahead)).toEqual([{ code: 'clock-ahead' }]);
  });

  it('tell that a row is older than the one seen before, but not that it is the same', () => {
    const seen = encryptRow(vault, diary, { ...ROW, text: 'later' }, { previous: sealed });
    const stale = [{ code: 'stale-row' }];
    expect(decryptRowDetails(vault, diary, sealed, { seen }).findings).toEqual(stale);
    expect(decryptRowDetails(vault, diary, seen, { seen }).findings).toEqual([]);
    expect(decryptRowDetails(vault, diary, seen, { seen: sealed }).findings).toEqual([]);
  });
});

describe('details', () => {
  it('name key and payload as the envelope does', () => {
    const { keyId, payloadId } = decryptRowDetails(vault, diary, sealed);
    expect(keyId).toBe(vault.keys[0]?.id);
    // Where SQL cuts it out of the text: characters 45 to 76.
    expect(payloadId).toBe(sealed.payload.slice(44, 76));
  });
});

describe('many rows', () => {
  it('are sealed in order, and one that can not be sealed stops no other', () => {
    const rows = [ROW, { ...ROW, id: 'r2', mood: 0.5 }, { ...ROW, id: 'r3' }];
    const results = encryptRows(vault, diary, rows);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ error: { code: 'VALUE_UNSUPPORTED' } });
    const opened = decryptRows(
      vault,
      diary,
      results.flatMap((result) => (result.ok ? result.sealed : [])),
    );
    expect(opened).toEqual([
      { ok: true, row: rows[0] },
      { ok: true, row: rows[2] },
    ]);
  });

  it('are edits where a previous version is given', () => {
    const previous = new Map([['r1', sealed]]);
    const rows = [
      { ...ROW, mood: 1 },
      { ...ROW, id: 'r2' },
    ];
    const [edited, inserted] = encryptRows(vault, diary, rows, { previous });
    if (!edited?.ok || !inserted?.ok) throw new Error('both rows are fine');
    const before = decryptRowDetails(vault, diary, sealed).stamps;
    expect(decryptRowDetails(vault, diary, edited.sealed).stamps.text).toEqual(before.text);
    expect(decryptRowDetails(vault, diary, inserted.sealed).stamps.text).not.toEqual(before.text);
  });

  it('are opened in order, and one that does not open stops no other', () => {
    const results = decryptRows(vault, diary, [{ ...sealed, id: 'r2' }, sealed, null as never]);
    expect(results).toMatchObject([
      { ok: false, error: { code: 'ROW_AUTH_FAILED' } },
      { ok: true, row: ROW },
      { ok: false, error: { code: 'ROW_MALFORMED' } },
    ]);
  });

  it('do not stop at a mistake in one row', () => {
    const changed = { ...ROW, owner: 'eve' };
    const previous = new Map([[ROW.id, sealed]]);
    const rows = [{ ...ROW, id: 'r2' }, { ...ROW, extra: 1 } as never, changed];
    const results = encryptRows(vault, diary, rows, { previous });
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
    for (const result of results.slice(1)) {
      expect(!result.ok && result.error).toBeInstanceOf(TypeError);
    }
  });

  it('stop at an error that no row can help, such as that of a backend', async () => {
    const failure = new Error('the library is not loaded');
    const seal = () => {
      throw failure;
    };
    const opener = byPassword(PASSWORD, { kdf: world.kdf });
    const opened = await openVault(store, opener, { aead: { ...nobleAead, seal } });
    expect(() => encryptRows(opened, diary, [ROW])).toThrow(failure);
  });

  it('throw for mistakes in the call', () => {
    expect(() => encryptRows({ ...vault }, diary, [ROW])).toThrow(TypeError);
    expect(() => encryptRows(vault, diary, [ROW], { previous: {} } as never)).toThrow(TypeError);
    expect(() => decryptRows({ ...vault }, diary, [sealed])).toThrow(TypeError);
    expect(() => decryptRows(vault, diary, [sealed], { retired: true } as never)).toThrow(
      TypeError,
    );
  });
});

describe("a table with payload: 'bytes'", () => {
  const table = defineTable('raw', { body: encrypted.text() }, { payload: 'bytes' });
  const row = { id: 'r', body: 'b' };
  const raw = encryptRow(vault, table, row);

  it('holds the raw envelope, and opens what Node drivers give as Buffer', () => {
    expect(raw.payload).toBeInstanceOf(Uint8Array);
    expect(raw.payload[0]).toBe(1);
    expect(decryptRow(vault, table, { ...raw, payload: Buffer.from(raw.payload) })).toEqual(row);
  });

  it('takes no text for it, nor a text table bytes', () => {
    const text = Buffer.from(raw.payload).toString('base64url');
    const refused = { ok: false, error: { code: 'NOT_ENCRYPTED' } };
    expect(tryDecryptRow(vault, table, { ...raw, payload: text as never })).toMatchObject(refused);
    const bytes = Buffer.from(sealed.payload, 'base64url') as never;
    expect(tryDecryptRow(vault, diary, { ...sealed, payload: bytes })).toMatchObject(refused);
  });
});
