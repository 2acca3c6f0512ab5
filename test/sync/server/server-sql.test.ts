import fc from 'fast-check';
import { cleartext, defineTable, encryptDelete, encrypted, encryptRow } from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEnvelope } from '../../../src/rows/envelope.js';
import { serverSql } from '../../../src/sync/server/server-sql.js';
import { payloadIdOf, payloadText } from '../../support/payload-text.js';
import { openPostgres, type Postgres, upsert as upsertInto } from './open-postgres.js';

const CHECK_VIOLATION = '23514';
const NOT_NULL_VIOLATION = '23502';
const INSUFFICIENT_PRIVILEGE = '42501';

const notes = defineTable('notes', {
  body: encrypted.text(),
  folder: cleartext.text(),
  position: cleartext.integer().optional(),
  pinned: cleartext.boolean().default(false),
  room: cleartext.text().bound(),
  seen_at: cleartext.text().serverOwned(),
});

let db: Postgres;
beforeAll(async () => {
  db = await openPostgres();
  await db.exec(serverSql([notes]));
});
afterAll(() => db.close());

const upsert = (row: Readonly<Record<string, unknown>>, table = 'notes_sealed') =>
  upsertInto(row, table);

/** Envelopes of all lengths with now and then a character, an end or a beginning changed. */
const almostEnvelopes = fc
  .tuple(
    fc.integer({ min: 97, max: 110 }),
    fc.nat(),
    fc.constantFrom('', '', '', ...'ABQRZaefgz019-_=+/ \n.éÀ\u{1F511}'),
    fc.nat(),
    fc.constantFrom(...'AEQgwBc48_'),
  )
  .map(([length, seed, changed, at, last]) => {
    const text = payloadText(seed, length);
    const place = at % 2 === 0 ? at % 4 : at % length; // half of them at the start
    const put = changed === '' ? text : text.slice(0, place) + changed + text.slice(place + 1);
    return put.slice(0, -1) + last;
  });

function isEnvelope(payload: string): boolean {
  try {
    parseEnvelope(payload, 'text');
    return true;
  } catch {
    return false;
  }
}

let rows = 0;
function row(values: Readonly<Record<string, unknown>> = {}) {
  rows += 1;
  return { id: `n${rows}`, folder: 'inbox', room: 'r1', payload: payloadText(rows), ...values };
}

async function stored(id: string, table = 'notes_sealed') {
  const [found] = await db.run(`SELECT * FROM "${table}" WHERE id = $1`, [id]);
  return found;
}

describe('a sealed table', () => {
  it('takes rows and deletes as the package seals them', async () => {
    const { vault } = vaultForTesting('sealed tables');
    const plain = { id: 'real', body: 'hello', folder: 'inbox', pinned: true, room: 'r1' };
    const sealed = encryptRow(vault, notes, plain);
    await db.run(...upsert(sealed));
    expect(await stored('real')).toEqual({
      ...sealed,
      position: null,
      seen_at: null,
      parents: '',
      siblings: '',
    });
    const deleted = encryptDelete(vault, notes, sealed);
    await db.run(...upsert({ ...deleted, parents: payloadIdOf(sealed.payload) }));
    expect(await stored('real')).toMatchObject({ payload: deleted.payload, siblings: '' });
  });

  it.each([
    ['nothing', null, NOT_NULL_VIOLATION],
    ['an empty text', '', CHECK_VIOLATION],
    ['plaintext', 'dinner at eight', CHECK_VIOLATION],
    ['long plaintext', 'dinner at eight '.repeat(20), CHECK_VIOLATION],
    ['a long word', 'A'.repeat(120), CHECK_VIOLATION],
    ['JSON', JSON.stringify({ payload: payloadText(0) }), CHECK_VIOLATION],
    ['plaintext behind an envelope', `${payloadText(0)} dinner at eight`, CHECK_VIOLATION],
    ['plaintext before an envelope', `dinner\n${payloadText(0)}`, CHECK_VIOLATION],
    ['an envelope with a line end', `${payloadText(0, 119)}\n`, CHECK_VIOLATION],
    ['an envelope with padding', `${payloadText(0, 118)}==`, CHECK_VIOLATION],
    ['base64 that is not base64url', `${payloadText(0, 118)}+A`, CHECK_VIOLATION],
    ['a letter of another script', `${payloadText(0, 118)}éA`, CHECK_VIOLATION],
    ['an envelope of a later format', `Ag${payloadText(0).slice(2)}`, CHECK_VIOLATION],
    ['a vault header', `gg${payloadText(0).slice(2)}`, CHECK_VIOLATION],
    ['too short a text', payloadText(0, 98), CHECK_VIOLATION],
    ['a length that no bytes have', payloadText(0, 121), CHECK_VIOLATION],
    ['a second text of the same bytes', `${payloadText(0, 119).slice(0, -1)}B`, CHECK_VIOLATION],
    ['another one', `${payloadText(0, 118).slice(0, -1)}B`, CHECK_VIOLATION],
    ['more than a mebibyte', payloadText(0, 1_398_202), CHECK_VIOLATION],
  ])('refuses %s as a payload', async (_, payload, code) => {
    const refused = row({ payload });
    expect(await db.refusal(...upsert(refused))).toBe(code);
    const before = row();
    await db.run(...upsert(before));
    expect(await db.refusal(...upsert({ ...before, payload }))).toBe(code);
    expect(await stored(before.id)).toMatchObject({ payload: before.payload, siblings: '' });
  });

  it.each([99, 100, 102, 119, 120, 1_398_200])(
    'takes envelopes of %d characters',
    async (length) => {
      const taken = row({ payload: payloadText(0, length) });
      await db.run(...upsert(taken));
      expect(await stored(taken.id)).toMatchObject({ payload: taken.payload });
    },
  );

  it('takes as a payload what the package takes for an envelope, and nothing else', async () => {
    const texts = fc.sample(almostEnvelopes, { numRuns: 5000, seed: 4 });
    const [result] = await db.run(
      'SELECT array_agg(rowseal_is_envelope(payload) ORDER BY at) AS taken FROM unnest($1::text[]) WITH ORDINALITY AS given (payload, at)',
      [texts],
    );
    const parsed = texts.map(isEnvelope);
    expect(result?.taken).toEqual(parsed);
    expect(new Set(parsed)).toEqual(new Set([true, false]));
  });

  const id = payloadIdOf(payloadText('parent'));
  it.each([
    ['plaintext', 'dinner at eight'],
    ['too short an id', id.slice(1)],
    ['two spaces', `${id}  ${id}`],
    ['a space at the end', `${id} `],
    ['a line end', `${id}\n`],
    ['two ids in one', `${id}${id}`],
    ['a whole payload', payloadText('parent')],
    ['more than 1024', Array(1025).fill(id).join(' ')],
  ])('refuses parents with %s', async (_, parents) => {
    expect(await db.refusal(...upsert(row({ parents })))).toBe(CHECK_VIOLATION);
  });

  it('takes parents that are ids', async () => {
    for (const parents of ['', id, `${id} ${id}`, Array(1024).fill(id).join(' ')]) {
      const taken = row({ parents });
      await db.run(...upsert(taken));
      expect(await stored(taken.id)).toMatchObject({ parents });
    }
  });

  it.each([
    ['empty', ''],
    ['of 257 bytes', `${'ä'.repeat(128)}a`],
  ])('refuses an id that is %s', async (_, refused) => {
    expect(await db.refusal(...upsert(row({ id: refused })))).toBe(CHECK_VIOLATION);
  });

  it('asks for what every version of the app sends, and for nothing else', async () => {
    const { folder: _, ...without } = row();
    expect(await db.refusal(...upsert(without))).toBe(NOT_NULL_VIOLATION);
    await db.run(...upsert(row({ position: null, pinned: null, seen_at: null })));
  });
});

describe('the text', () => {
  it('may be run again, and keeps rows', async () => {
    const kept = row();
    await db.run(...upsert(kept));
    await db.exec(serverSql([notes]));
    expect(await stored(kept.id)).toMatchObject(kept);
  });

  it('adds columns that a later version declares, and takes rows of both', async () => {
    const before = defineTable('growing', { folder: cleartext.text() });
    const after = defineTable('growing', {
      folder: cleartext.text().optional(),
      urgent: cleartext.boolean().default(false),
    });
    await db.exec(serverSql([before]));
    await db.run(...upsert({ id: 'old', folder: 'a', payload: payloadText(1) }, 'growing_sealed'));
    await db.exec(serverSql([after]));
    await db.run(...upsert({ id: 'new', urgent: true, payload: payloadText(2) }, 'growing_sealed'));
    await db.run(...upsert({ id: 'old', folder: 'b', payload: payloadText(3) }, 'growing_sealed'));
    expect(await stored('new', 'growing_sealed')).toMatchObject({ folder: null, urgent: true });
    expect(await stored('old', 'growing_sealed')).toMatchObject({ folder: 'b', urgent: null });
  });

  it('quotes names, so that none of them is anything but a name', async () => {
    const name = 'x"; DROP TABLE notes_sealed; -- \n$rowseal$ \'';
    const column = 'y" text); DROP TABLE notes_sealed; --';
    const odd = defineTable(name, { [column]: cleartext.text(), 'z\n;': cleartext.integer() });
    await db.exec(serverSql([odd], { owner: 'o"; DROP TABLE notes_sealed; --' }));
    const taken = {
      id: 'a',
      [column]: "'); DROP TABLE notes_sealed; --",
      'z\n;': 5,
      'o"; DROP TABLE notes_sealed; --': 'ada',
      payload: payloadText('odd'),
    };
    await db.run(...upsert(taken, `${name.replaceAll('"', '""')}_sealed`));
    expect(await db.run(`SELECT * FROM "${name.replaceAll('"', '""')}_sealed"`)).toMatchObject([
      taken,
    ]);
    const purge = `"rowseal_purge_${name.replaceAll('"', '""')}"`;
    const ids = [['a'], [payloadIdOf(taken.payload)]];
    expect(await db.run(`SELECT ${purge}($1, $2) AS purged`, ids)).toEqual([{ purged: 1 }]);
    expect(await db.run('SELECT count(*) > 0 AS there FROM notes_sealed')).toEqual([
      { there: true },
    ]);
  });

  it('has a column for the owner where asked, filled by the backend or declared', async () => {
    const plain = defineTable('owned', { body: encrypted.text() });
    const declared = defineTable('declared', {
      owner_id: cleartext.text().serverOwned(),
      folder: cleartext.text(),
    });
    await db.exec(serverSql([plain, declared], { owner: 'owner_id' }));
    const columns = await db.run(`SELECT table_name, is_nullable FROM information_schema.columns
      WHERE column_name = 'owner_id' ORDER BY table_name`);
    expect(columns).toEqual([
      { table_name: 'declared_sealed', is_nullable: 'NO' },
      { table_name: 'owned_sealed', is_nullable: 'NO' },
    ]);
  });
});

describe('an owner', () => {
  const owned = defineTable('owned_notes', { body: encrypted.text() });
  const put = (owner_id: string | null, seed: string) =>
    upsert({ id: 'a', owner_id, payload: payloadText(seed) }, 'owned_notes_sealed');

  it('keeps a row, whoever else sends it', async () => {
    await db.exec(serverSql([owned], { owner: 'owner_id' }));
    await db.run(...put('ada', 'first'));
    expect(await db.refusal(...put('grace', 'second'))).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await db.refusal(...put(null, 'second'))).toBe(NOT_NULL_VIOLATION);
    const take = 'UPDATE owned_notes_sealed SET owner_id = NULL';
    expect(await db.refusal(take)).toBe(INSUFFICIENT_PRIVILEGE);
    await db.run(...put('ada', 'third'));
    const kept = { owner_id: 'ada', payload: payloadText('third'), siblings: payloadText('first') };
    expect(await stored('a', 'owned_notes_sealed')).toMatchObject(kept);
  });

  it('can be given to rows that were there before the column', async () => {
    const table = 'later_notes_sealed';
    const later = [defineTable('later_notes', {})];
    await db.exec(serverSql(later));
    await db.run(...upsert({ id: 'a', payload: payloadText('a') }, table));
    await db.exec(serverSql(later, { owner: 'owner_id' }));
    await db.run(`UPDATE ${table} SET owner_id = 'ada'`);
    expect(await db.refusal(`UPDATE ${table} SET owner_id = 'grace'`)).toBe(INSUFFICIENT_PRIVILEGE);
  });
});

describe('serverSql refuses', () => {
  const table = (name: string, column = 'folder') =>
    defineTable(name, { [column]: cleartext.text() });

  it.each([
    ['two tables of one name', () => serverSql([notes, table('notes')])],
    ['payloads of bytes', () => serverSql([defineTable('blobs', {}, { payload: 'bytes' })])],
    ['a table name that Postgres would cut', () => serverSql([table('ä'.repeat(25))])],
    ['a column name that Postgres would cut', () => serverSql([table('t', 'c'.repeat(64))])],
    ['a name with NUL', () => serverSql([table('a\0b')])],
    ['a column that every table has', () => serverSql([table('t', 'xmin')])],
    ['an empty owner', () => serverSql([notes], { owner: '' })],
    ['an owner named as a column of ours', () => serverSql([notes], { owner: 'payload' })],
    ['an encrypted owner', () => serverSql([notes], { owner: 'body' })],
    ['an owner that is no text', () => serverSql([notes], { owner: 'position' })],
    ['an option that it does not have', () => serverSql([notes], { user: 'a' } as object)],
  ])('%s', (_, call) => {
    expect(call).toThrow(TypeError);
  });

  it('nothing that just fits', async () => {
    const name = 't'.repeat(63 - 'rowseal_purge_'.length);
    await db.exec(serverSql([table(name, 'c'.repeat(63))], { owner: 'o'.repeat(63) }));
    expect(await db.run(`SELECT * FROM ${name}_sealed`)).toEqual([]);
  });
});

describe('the purge', () => {
  const purge = async (ids: readonly string[], payloads: readonly string[]) => {
    const [result] = await db.run('SELECT rowseal_purge_notes($1, $2) AS purged', [
      ids,
      payloads.map(payloadIdOf),
    ]);
    return result?.purged;
  };

  it('removes the rows that are as they were named, and says how many', async () => {
    const [a, b, c] = [row(), row(), row()];
    for (const each of [a, b, c]) await db.run(...upsert(each));
    const edited = { ...b, payload: payloadText('edited'), parents: payloadIdOf(b.payload) };
    await db.run(...upsert(edited));
    expect(await purge([a.id, b.id, 'none'], [a.payload, b.payload, c.payload])).toBe(1);
    expect(await stored(a.id)).toBeUndefined();
    expect(await stored(b.id)).toMatchObject(edited);
    expect(await stored(c.id)).toMatchObject(c);
  });

  it('leaves a row with siblings, which nobody has merged', async () => {
    const first = row();
    const second = { ...first, payload: payloadText('unmerged') };
    await db.run(...upsert(first));
    await db.run(...upsert(second));
    expect(await purge([first.id], [second.payload])).toBe(0);
    expect(await stored(first.id)).toMatchObject({ siblings: first.payload });
  });

  it('may be called by nobody but its owner, until that is granted', async () => {
    await db.exec(`CREATE ROLE backend; GRANT ALL ON notes_sealed TO backend; SET ROLE backend`);
    const call = 'SELECT rowseal_purge_notes(NULL, NULL)';
    expect(await db.refusal(call)).toBe(INSUFFICIENT_PRIVILEGE);
    await db.exec('RESET ROLE; GRANT EXECUTE ON FUNCTION rowseal_purge_notes TO backend');
    await db.exec(serverSql([notes]));
    await db.exec('SET ROLE backend');
    expect(await db.refusal(call)).toBe(null);
    await db.exec('RESET ROLE');
  });

  it('does nothing for lists that are empty, uneven or NULL', async () => {
    const kept = row();
    await db.run(...upsert(kept));
    expect(await purge([], [])).toBe(0);
    expect(await purge([kept.id], [])).toBe(0);
    expect(await db.run('SELECT rowseal_purge_notes(NULL, NULL) AS purged')).toEqual([
      { purged: 0 },
    ]);
    expect(await stored(kept.id)).toMatchObject(kept);
  });
});
