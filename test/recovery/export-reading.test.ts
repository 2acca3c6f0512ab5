import { describe, expect, it } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  bySecret,
  createVault,
  decryptRow,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  generateRecoveryKey,
  lockVault,
  memoryStore,
  openExport,
  openVault,
  pinOf,
  rekeyVault,
  rotateDataKey,
  type SealedRowOf,
} from '../../src/index.js';
import { exportedLines, exportWorld, notes, readExport, rowsOf } from '../support/exports.js';
import { fastKdf } from '../support/fast-kdf.js';

type Sealed = SealedRowOf<typeof notes>;
const { vault, store, opener } = await exportWorld();
const sealed = (id: string, body = `body of ${id}`): Sealed =>
  encryptRow(vault, notes, { id, body, folder: 'inbox' });
const plain = (id: string, body = `body of ${id}`) => ({ id, body, folder: 'inbox' });
const COMPLETE = { state: 'complete', opened: 0, deleted: 0, refused: {} };

describe('an entry', () => {
  it('has the row, its place, and what to upload', async () => {
    const row = sealed('n1');
    const lines = await exportedLines(vault, rowsOf(notes, [row]));
    const { entries } = await readExport(lines, opener);
    expect(entries).toEqual([
      {
        ok: true,
        line: 2,
        table: 'notes',
        id: 'n1',
        row: plain('n1'),
        findings: [],
        refusals: [],
        sealed: row,
        uploads: [row],
      },
    ]);
  });

  it('of a deleted row says so, and is no error', async () => {
    const lines = await exportedLines(
      vault,
      rowsOf(notes, [encryptDelete(vault, notes, sealed('n1')), sealed('n2')]),
    );
    const { rows, report } = await readExport(lines, opener);
    expect(rows).toEqual([null, plain('n2')]);
    expect(report).toEqual({ ...COMPLETE, opened: 2, deleted: 1 });
  });

  it('of a row that does not open stops no other, and keeps what was sealed', async () => {
    const moved = { ...sealed('n1'), id: 'n2' };
    const lines = await exportedLines(vault, rowsOf(notes, [moved, sealed('n3')]));
    const { entries, rows, report } = await readExport(lines, opener);
    expect(entries[0]).toMatchObject({
      ok: false,
      line: 2,
      table: 'notes',
      id: 'n2',
      error: { code: 'ROW_AUTH_FAILED' },
      sealed: moved,
      uploads: [moved],
    });
    expect(rows).toEqual([plain('n3')]);
    expect(report).toEqual({ ...COMPLETE, opened: 1, refused: { ROW_AUTH_FAILED: 1 } });
  });

  it('of a table that was not declared stays sealed', async () => {
    const lines = await exportedLines(vault, rowsOf(notes, [sealed('n1')]));
    const { entries, report } = await readExport(lines, opener, {});
    expect(entries[0]).toMatchObject({
      ok: false,
      table: 'notes',
      error: { code: 'UNSUPPORTED_VERSION', message: expect.stringContaining('tables') },
      uploads: [{ id: 'n1' }],
    });
    expect(report.state).toBe('complete');
  });

  it('bears the name that the table has now', async () => {
    const papers = defineTable(
      'papers',
      { text: encrypted.text().storedAs('body') },
      { storedAs: 'notes' },
    );
    const lines = await exportedLines(vault, rowsOf(notes, [sealed('n1')]));
    const { entries } = await readExport(lines, opener, { tables: [papers] });
    expect(entries[0]).toMatchObject({ table: 'papers', row: { id: 'n1', text: 'body of n1' } });
  });

  it('shows what the server said otherwise as a finding', async () => {
    const lines = await exportedLines(vault, rowsOf(notes, [{ ...sealed('n1'), folder: 'trash' }]));
    const { entries } = await readExport(lines, opener);
    expect(entries[0]).toMatchObject({
      row: plain('n1'),
      findings: [{ code: 'metadata-mismatch', column: 'folder' }],
    });
  });
});

describe('siblings', () => {
  const first = sealed('n1');
  const edit = (change: object) =>
    encryptRow(vault, notes, { ...plain('n1'), ...change }, { previous: first });
  const [one, other] = [edit({ body: 'edited' }), edit({ folder: 'archive' })];
  const kept = { ...one, siblings: `${other.payload} ${first.payload}` };

  it('are merged, so that no edit is lost', async () => {
    const lines = await exportedLines(vault, rowsOf(notes, [kept]));
    const { rows, entries } = await readExport(lines, opener);
    expect(rows).toEqual([{ id: 'n1', body: 'edited', folder: 'archive' }]);
    const { siblings: _, ...main } = kept;
    expect(entries[0]?.sealed).toEqual(kept);
    expect(entries[0]?.uploads).toEqual([
      { ...main, payload: other.payload },
      { ...main, payload: first.payload },
      main,
    ]);
  });

  it('that do not open are named beside the row', async () => {
    const broken = `${other.payload.slice(0, -4)}AAAA`;
    const lines = await exportedLines(vault, rowsOf(notes, [{ ...one, siblings: broken }]));
    const { entries, report } = await readExport(lines, opener);
    expect(entries[0]).toMatchObject({
      row: { body: 'edited' },
      refusals: [{ code: 'ROW_AUTH_FAILED' }],
    });
    expect(report).toEqual({ ...COMPLETE, opened: 1, refused: { ROW_AUTH_FAILED: 1 } });
  });

  it('are the row where the payload in place does not open', async () => {
    const broken = { ...one, payload: `${one.payload.slice(0, -4)}AAAA`, siblings: other.payload };
    const lines = await exportedLines(vault, rowsOf(notes, [broken]));
    const { entries } = await readExport(lines, opener);
    expect(entries[0]).toMatchObject({
      ok: true,
      row: { body: 'body of n1', folder: 'archive' },
      findings: [],
      refusals: [{ code: 'ROW_AUTH_FAILED' }],
    });
  });

  it('are opened up to 64, and what is more is named', async () => {
    const many = Array.from({ length: 5000 }, () => other.payload).join(' ');
    const lines = await exportedLines(vault, rowsOf(notes, [{ ...one, siblings: many }]));
    const { entries } = await readExport(lines, opener);
    expect(entries[0]).toMatchObject({
      row: { body: 'edited', folder: 'archive' },
      refusals: [{ code: 'LIMIT_EXCEEDED' }],
    });
    expect(entries[0]?.uploads).toHaveLength(65);
    const most = { ...one, siblings: many.split(' ').slice(0, 64).join(' ') };
    const exact = await readExport(await exportedLines(vault, rowsOf(notes, [most])), opener);
    expect(exact.entries[0]).toMatchObject({ refusals: [] });
  });

  it('that are no text are named, so that no edit is missing unseen', async () => {
    for (const siblings of [[other.payload], new Uint8Array(80), { 0: other.payload }]) {
      const lines = await exportedLines(vault, rowsOf(notes, [{ ...one, siblings }]));
      const { entries, report } = await readExport(lines, opener);
      expect(entries[0]).toMatchObject({ ok: true, refusals: [{ code: 'ROW_MALFORMED' }] });
      expect(entries[0]?.sealed).toEqual({ ...one, siblings });
      expect(report).toMatchObject({ state: 'complete', refused: { ROW_MALFORMED: 1 } });
    }
  });

  it('a delete among them deletes', async () => {
    const gone = encryptDelete(vault, notes, first);
    const lines = await exportedLines(vault, rowsOf(notes, [{ ...one, siblings: gone.payload }]));
    expect((await readExport(lines, opener)).rows).toEqual([null]);
  });

  it('of a table with bytes are texts, and uploads have bytes', async () => {
    const binary = defineTable('binary', { body: encrypted.text() }, { payload: 'bytes' });
    const start = encryptRow(vault, binary, { id: 'b1', body: 'a' });
    const next = encryptRow(vault, binary, { id: 'b1', body: 'b' }, { previous: start });
    const text = Buffer.from(next.payload).toString('base64url');
    const row = { ...start, siblings: `${text} !` };
    const lines = await exportedLines(vault, rowsOf(binary, [row]));
    const { entries, rows } = await readExport(lines, opener, { tables: [binary] });
    expect(rows).toEqual([{ id: 'b1', body: 'b' }]);
    expect(entries[0]).toMatchObject({ refusals: [{ code: 'NOT_ENCRYPTED' }] });
    expect(entries[0]?.uploads).toEqual([
      { id: 'b1', payload: next.payload },
      { id: 'b1', payload: null },
      start,
    ]);
  });
});

describe('the vault of a file', () => {
  it('opens with the password of its day, though it was changed since', async () => {
    const kdf = fastKdf();
    const made = await createVault(memoryStore(), byPassword('old password', { kdf }));
    const lines = await exportedLines(made.vault, []);
    const progress: number[] = [];
    const onProgress = (share: number) => progress.push(share);
    const opened = await openExport(lines, byPassword('old password', { kdf }), { onProgress });
    expect(opened.vault.header).toBe(made.vault.header);
    expect(opened.vault.freshness).toBe('first-use');
    expect(progress.at(-1)).toBe(1);
    await expect(openExport(lines, opener)).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
  });

  it('goes to a new server, and so do the rows', async () => {
    const rows = ['n1', 'n2'].map((id) => sealed(id));
    const opened = await openExport(await exportedLines(vault, rowsOf(notes, rows)), opener, {
      tables: [notes],
    });
    const server = new Map<string, Sealed>();
    for await (const { uploads } of opened) {
      for (const each of uploads as Sealed[]) server.set(each.id, each);
    }
    const there = await openVault(memoryStore(opened.vault.header), opener);
    expect([...server.values()].map((each) => decryptRow(there, notes, each))).toEqual(
      ['n1', 'n2'].map((id) => plain(id)),
    );
  });

  it('is held against a pin where there is one', async () => {
    const lines = await exportedLines(vault, []);
    const { vault: pinned } = await openExport(lines, opener, { pin: pinOf(vault) });
    expect(pinned.freshness).toBe('pinned');
    const other = await exportWorld();
    for (const [pin, code] of [
      [pinOf(await rotateDataKey(store, vault)), 'HEADER_ROLLBACK'],
      [pinOf(other.vault), 'VAULT_MISMATCH'],
      ['no pin', 'STORE_FAILED'],
    ] as const) {
      await expect(openExport(lines, opener, { pin })).rejects.toMatchObject({ code });
    }
  });

  it('gives rows written after a revocation only where the app accepts them', async () => {
    const before = await exportWorld();
    const recoveryKey = generateRecoveryKey();
    const change = { keep: [], recoveryKey };
    const { vault: after } = await rekeyVault(before.store, before.vault, change);
    const key = byRecoveryKey(recoveryKey);
    const late = encryptRow(before.vault, notes, plain('n1'));
    const lines = await exportedLines(after, rowsOf(notes, [late]));
    expect((await readExport(lines, key)).codes).toEqual(['KEY_RETIRED']);
    const accepted = await readExport(lines, key, { tables: [notes], acceptRetired: true });
    expect(accepted.rows).toEqual([plain('n1')]);
  });

  it('that is locked while entries are taken ends them', async () => {
    const lines = await exportedLines(vault, rowsOf(notes, [sealed('n1'), sealed('n2')]));
    const opened = await openExport(lines, opener, { tables: [notes] });
    const entries = opened[Symbol.asyncIterator]();
    await entries.next();
    lockVault(opened.vault);
    await expect(entries.next()).rejects.toMatchObject({ code: 'LOCKED' });
    expect(opened.report()).toMatchObject({ state: 'reading', opened: 1 });
  });
});

describe('the source', () => {
  function closing(lines: readonly string[]) {
    const state = { taken: 0, closed: false };
    async function* source() {
      try {
        for (const line of lines) {
          state.taken += 1;
          yield line;
        }
      } finally {
        state.closed = true;
      }
    }
    return { state, source: source() };
  }

  it('is closed where the vault does not open', async () => {
    const { state, source } = closing(await exportedLines(vault, rowsOf(notes, [sealed('n1')])));
    const wrong = bySecret(crypto.getRandomValues(new Uint8Array(32)));
    await expect(openExport(source, wrong)).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
    expect(state).toEqual({ taken: 1, closed: true });
  });

  it('is closed where it is no export, or the app has seen enough', async () => {
    const none = closing(['nothing of ours\n', 'more\n']);
    await expect(openExport(none.source, opener)).rejects.toMatchObject({ code: 'EXPORT_DAMAGED' });
    expect(none.state).toEqual({ taken: 1, closed: true });
    const rows = rowsOf(
      notes,
      ['n1', 'n2', 'n3'].map((id) => sealed(id)),
    );
    const some = closing(await exportedLines(vault, rows));
    for await (const _ of await openExport(some.source, opener, { tables: [notes] })) break;
    expect(some.state).toEqual({ taken: 2, closed: true });
  });

  it('gives one line for each entry that is taken: none is held', async () => {
    const line = (await exportedLines(vault, rowsOf(notes, [sealed('n1')])))[1] as string;
    let given = 0;
    async function* source() {
      yield (await exportedLines(vault, []))[0] as string;
      for (; given < 300; given++) yield line;
    }
    let taken = 0;
    for await (const _ of await openExport(source(), opener)) {
      taken += 1;
      expect(Math.abs(given - taken)).toBeLessThanOrEqual(2);
    }
    expect(taken).toBe(301);
  });

  it('that fails comes through, after what it gave', async () => {
    const lines = await exportedLines(vault, rowsOf(notes, [sealed('n1')]));
    const failure = new Error('the disk is gone');
    async function* source() {
      yield* lines.slice(0, 2);
      throw failure;
    }
    const taken: unknown[] = [];
    const opened = await openExport(source(), opener, { tables: [notes] });
    const all = (async () => {
      for await (const entry of opened) taken.push(entry.ok && entry.row);
    })();
    await expect(all).rejects.toBe(failure);
    expect(taken).toEqual([plain('n1')]);
  });

  it('of anything but text and bytes is a TypeError', async () => {
    const source = [1] as unknown as string[];
    await expect(openExport(source, opener)).rejects.toThrow(TypeError);
  });

  it('is no path', async () => {
    await expect(openExport('backup.rowseal', opener)).rejects.toThrow(/not from a path/);
  });

  it('is not touched where the call is wrong', async () => {
    const untouched = {
      [Symbol.asyncIterator]() {
        throw new Error('touched');
      },
    };
    const twice = [notes, defineTable('other', {}, { storedAs: 'notes' })];
    await expect(openExport(untouched, opener, { tables: twice })).rejects.toThrow(/stored name/);
    await expect(openExport(untouched, {} as typeof opener)).rejects.toThrow(/no opener/);
  });

  it('lets everything else have its turn', async () => {
    const line = (await exportedLines(vault, rowsOf(notes, [sealed('n1')])))[1] as string;
    const [first = ''] = await exportedLines(vault, []);
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    function* source() {
      yield first;
      for (let i = 0; turns === 0 && i < 1_000_000; i++) yield line;
    }
    for await (const _ of await openExport(source(), opener));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});
