import { describe, expect, it } from 'vitest';
import {
  cleartext,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encrypted,
  encryptRow,
  mergeRows,
} from '../../src/index.js';
import { createWorld, diary, expectRefused, ROW } from '../support/world.js';

const files = defineTable('files', {
  name: encrypted.text(),
  owner: cleartext.text().bound(),
  size: cleartext.integer().bound(),
  shared: cleartext.boolean().bound(),
  team: cleartext.text().optional().bound(),
  shelf: cleartext.text().nullable().bound(),
});
const FILE = {
  id: 'f1',
  name: 'plan',
  owner: 'ada',
  size: 7,
  shared: false,
  team: 'red',
  shelf: null,
};

/** The row with a column that the server changed, and another with the column left out. */
function changedTo(sealed: object, column: string, value: unknown): never {
  return { ...sealed, [column]: value } as never;
}

function without(sealed: object, column: string): never {
  return Object.fromEntries(Object.entries(sealed).filter(([name]) => name !== column)) as never;
}

describe('A04: a bound column can not be changed', () => {
  const lies: readonly (readonly [string, readonly unknown[]])[] = [
    ['owner', ['eve', 'Ada', 'ada ', 'ada\0', '', null, undefined, 0, true, ['ada'], {}, '\ud800']],
    ['size', [8, -7, 0, '07', ' 7', '7.0', '7n', 7.5, -0, NaN, null, undefined, true, [7]]],
    ['shared', [true, 1, 'false', '', '0', null, undefined, []]],
    ['team', ['blue', '', null, undefined, 7]],
    ['shelf', ['', 'top', 0, false]],
  ];

  it.each(lies)(
    'refuses %s changed, nulled, deleted or of another type',
    async (column, values) => {
      const world = await createWorld();
      const sealed = encryptRow(world.vault, files, FILE);
      for (const value of values) {
        const attack = () => decryptRow(world.vault, files, changedTo(sealed, column, value));
        await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
      }
      // A missing value of `shelf` says what NULL says, which is the truth.
      if (column !== 'shelf') {
        const attack = () => decryptRow(world.vault, files, without(sealed, column));
        await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
      }
      expect(decryptRow(world.vault, files, sealed)).toEqual(FILE);
    },
  );

  it('opens a value that a database only spells differently', async () => {
    const { vault } = await createWorld();
    const sealed = encryptRow(vault, files, FILE);
    for (const spelling of [{ size: '7' }, { size: 7n }, { shared: 0 }, { shelf: undefined }]) {
      const served = { ...sealed, ...spelling } as never;
      expect(decryptRow(vault, files, served)).toEqual(FILE);
    }
  });

  it('refuses two bound values that changed places', async () => {
    const world = await createWorld();
    const pair = defineTable('pairs', {
      from: cleartext.text().bound(),
      to: cleartext.text().bound(),
    });
    const sealed = encryptRow(world.vault, pair, { id: 'p', from: 'ada', to: 'eve' });
    const swapped = { ...sealed, from: 'eve', to: 'ada' };
    const attack = () => decryptRow(world.vault, pair, swapped);
    await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
  });

  it('refuses a bound set under another number', async () => {
    const world = await createWorld();
    const wider = defineTable('diary', diary.columns, { earlierBoundSets: [[]] });
    const sealed = encryptRow(world.vault, wider, ROW);
    // To a table that knows only one set, number 1 was written by a newer version.
    const attack = () => decryptRow(world.vault, diary, sealed);
    await expectRefused(world, attack, { codes: ['UNSUPPORTED_VERSION'] });
  });
});

describe('A04: a mirrored column that was changed is a finding, and its copy counts', () => {
  const lies = ['work', 'Home', '', null, undefined, 7, true, ['home'], { folder: 'home' }];

  it.each(lies)('for the visible value %j', async (folder) => {
    const { vault, sealed } = await createWorld();
    const served = changedTo(sealed, 'folder', folder);
    expect(decryptRow(vault, diary, served)).toEqual(ROW);
    const { row, findings, untrusted } = decryptRowDetails(vault, diary, served);
    expect(row).toEqual(ROW);
    expect(findings).toEqual([{ code: 'metadata-mismatch', column: 'folder' }]);
    expect(untrusted.folder).toEqual(folder);
  });

  it('for a column that was left out', async () => {
    const { vault, sealed } = await createWorld();
    const { row, findings } = decryptRowDetails(vault, diary, without(sealed, 'folder'));
    expect(row).toEqual(ROW);
    expect(findings).toEqual([{ code: 'metadata-mismatch', column: 'folder' }]);
  });

  it('and the lie does not enter an edit or a merge', async () => {
    const { vault, sealed } = await createWorld();
    const served = { ...sealed, folder: 'trash' };
    const edited = encryptRow(vault, diary, { ...ROW, mood: 1 }, { previous: served });
    expect(edited.folder).toBe('home');
    const other = encryptRow(vault, diary, { ...ROW, text: 'new' }, { previous: served });
    const merged = mergeRows(vault, diary, edited, { ...other, folder: 'trash' });
    expect(merged.folder).toBe('home');
    expect(decryptRow(vault, diary, merged)).toEqual({ ...ROW, mood: 1, text: 'new' });
  });

  it('while an honest engine that merges column by column loses nothing', async () => {
    const { vault, sealed } = await createWorld();
    const moved = encryptRow(vault, diary, { ...ROW, folder: 'work' }, { previous: sealed });
    const felt = encryptRow(vault, diary, { ...ROW, mood: 9 }, { previous: sealed });
    // The engine took one device's payload and the other one's folder.
    const mixed = { ...felt, folder: moved.folder };
    const details = decryptRowDetails(vault, diary, mixed);
    expect(details.row).toEqual({ ...ROW, mood: 9 });
    expect(details.findings).toEqual([{ code: 'metadata-mismatch', column: 'folder' }]);
    // The first device's own payload brings the move back.
    const merged = mergeRows(vault, diary, mixed, moved);
    expect(decryptRowDetails(vault, diary, merged)).toMatchObject({
      row: { ...ROW, mood: 9, folder: 'work' },
      findings: [],
    });
  });
});

describe("A04: what the server writes stays the server's word", () => {
  const forged: readonly unknown[] = ['2099-01-01', '', null, 7, { toString: () => 'x' }];

  it.each(forged)('a server-owned %j is reachable only under untrusted', async (updated_at) => {
    const { vault, sealed } = await createWorld();
    const served = { ...sealed, updated_at };
    expect(decryptRow(vault, diary, served)).toEqual(ROW);
    const { row, findings, untrusted } = decryptRowDetails(vault, diary, served);
    expect(row).not.toHaveProperty('updated_at');
    expect(findings).toEqual([]);
    expect(untrusted.updated_at).toBe(updated_at);
  });

  it('and so does a column that nobody declared', async () => {
    const { vault, sealed } = await createWorld();
    const served = { ...sealed, is_admin: true, mood: 99, text: 'injected' };
    const { row, untrusted } = decryptRowDetails(vault, diary, served);
    expect(row).toEqual(ROW);
    expect(untrusted).toMatchObject({ is_admin: true, mood: 99, text: 'injected' });
  });

  it('and it is never sent', async () => {
    const { vault, sealed } = await createWorld();
    const served = { ...sealed, updated_at: 'canary' };
    const edited: object = encryptRow(vault, diary, { ...ROW, mood: 1 }, { previous: served });
    expect(edited).not.toHaveProperty('updated_at');
    const withOwn = { ...ROW, updated_at: 'canary' };
    expect(JSON.stringify(encryptRow(vault, diary, withOwn))).not.toContain('canary');
  });
});
