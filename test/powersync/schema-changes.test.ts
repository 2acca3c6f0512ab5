/**
 * An app version with another declaration meets rows, waiting edits and devices of the one before:
 * a laptop is updated with edits in its queues, a phone stays old and has edits of its own.
 */
import { cleartext, defineTable, encrypted, type Table } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { migrate, serverOf, updated } from '../support/app-versions.js';
import {
  type PowerSyncDevice,
  powersyncDevice,
  untilUploaded,
} from '../support/mirrored-powersync.js';
import { until, untilRows } from '../support/synced-devices.js';

const ALL = 'SELECT * FROM notes ORDER BY id';
const [title, body, folder] = [encrypted.text(), encrypted.text(), cleartext.text()];
const before = defineTable('notes', { title, body, folder });

interface Row {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly folder: string;
}

interface Story {
  readonly after: Table;
  /** What has to be run beside `serverSql`. */
  readonly sql?: string;
  /** A row of the old version as the new one shows it. */
  shown(row: Row): object;
  /** What the new version writes into a row, and what of it either version shows. */
  readonly edit: string;
  readonly shownNew: object;
  readonly shownOld: object;
  /** Whether the old version can't show rows that the new one inserts. */
  readonly isNeeded?: boolean;
}

const optional = encrypted.text().optional();
const STORIES: Readonly<Record<string, Story>> = {
  'a column added that may be missing': {
    after: defineTable('notes', { ...before.columns, mood: optional }),
    shown: (row) => ({ ...row, mood: null }),
    edit: "mood = 'sad', body = 'new'",
    shownNew: { mood: 'sad', body: 'new' },
    shownOld: { body: 'new' },
  },
  'a column added with a default': {
    after: defineTable('notes', { ...before.columns, stars: encrypted.integer().default(3) }),
    shown: (row) => ({ ...row, stars: 3 }),
    edit: "stars = 5, body = 'new'",
    shownNew: { stars: 5, body: 'new' },
    shownOld: { body: 'new' },
  },
  'a visible column added': {
    after: defineTable('notes', { ...before.columns, shelf: cleartext.text().optional() }),
    shown: (row) => ({ ...row, shelf: null }),
    edit: "shelf = 'low', body = 'new'",
    shownNew: { shelf: 'low', body: 'new' },
    shownOld: { body: 'new' },
  },
  'a column renamed': {
    after: defineTable('notes', { body, folder, heading: title.storedAs('title') }),
    shown: ({ title: heading, ...row }) => ({ ...row, heading }),
    edit: "heading = 'New', body = 'new'",
    shownNew: { heading: 'New', body: 'new' },
    shownOld: { title: 'New', body: 'new' },
  },
  'a visible column renamed': {
    after: defineTable('notes', {
      title,
      body,
      shelf: cleartext.text().default('none').storedAs('folder'),
    }),
    sql: 'ALTER TABLE notes_sealed ALTER COLUMN folder DROP NOT NULL;',
    shown: ({ folder: shelf, ...row }) => ({ ...row, shelf }),
    edit: "shelf = 'low'",
    shownNew: { shelf: 'low' },
    shownOld: { folder: 'low' },
  },
  'a column dropped': {
    after: defineTable('notes', { title, folder }),
    shown: ({ body: _, ...row }) => row,
    edit: "folder = 'new'",
    shownNew: { folder: 'new' },
    shownOld: { folder: 'new' },
    isNeeded: true,
  },
  'a visible column dropped': {
    after: defineTable('notes', { title, body }),
    sql: 'ALTER TABLE notes_sealed ALTER COLUMN folder DROP NOT NULL;',
    shown: ({ folder: _, ...row }) => row,
    edit: "body = 'new'",
    shownNew: { body: 'new' },
    shownOld: { body: 'new' },
    isNeeded: true,
  },
  'a visible column encrypted': {
    after: defineTable('notes', { title, body, folder: encrypted.text() }),
    sql: 'ALTER TABLE notes_sealed ALTER COLUMN folder DROP NOT NULL;',
    shown: (row) => row,
    edit: "folder = 'secret'",
    shownNew: { folder: 'secret' },
    shownOld: { folder: 'secret' },
  },
  'a column shown to the server': {
    after: defineTable('notes', { title, body: cleartext.text().default(''), folder }),
    shown: (row) => row,
    edit: "body = 'shown'",
    shownNew: { body: 'shown' },
    shownOld: { body: 'shown' },
  },
};

const IDS = ['edited', 'gone', 'held', 'sealed', 'still', 'unsealed', 'waiting'];
const rowsWith = (titles: Readonly<Record<string, string>>): Row[] =>
  IDS.filter((id) => id !== 'gone').map((id) => ({
    ...{ id, title: titles[id] ?? 'Title', body: 'body', folder: 'inbox' },
  }));

/** Both devices have all rows, and both are offline with edits, in every queue that there is. */
async function bothOffline() {
  const server = await serverOf([before]);
  const laptop = await powersyncDevice('laptop', [before]);
  const phone = await powersyncDevice('phone', [before]);
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  const insert = "INSERT INTO notes (id, title, body, folder) VALUES (?, 'Title', 'body', 'inbox')";
  await laptop.db.writeTransaction(async (tx) => {
    for (const id of IDS) if (id !== 'unsealed') await tx.execute(insert, [id]);
  });
  await until(async () => expect(await phone.db.getAll(ALL)).toHaveLength(IDS.length - 1));
  await untilUploaded(laptop.db);
  await Promise.all([laptop.db.disconnect(), phone.db.disconnect()]);
  await setTitle(phone, 'held');
  await phone.mirror.flush();
  await setTitle(laptop, 'sealed');
  await laptop.mirror.flush();
  await laptop.mirror.close();
  await setTitle(laptop, 'waiting');
  await laptop.db.execute("DELETE FROM notes WHERE id = 'gone'");
  await laptop.db.execute(insert, ['unsealed']);
  return { server, laptop, phone };
}

function setTitle({ db }: PowerSyncDevice, id: string): Promise<unknown> {
  return db.execute('UPDATE notes SET title = id WHERE id = ?', [id]);
}

describe('an app that is updated with edits in its queues', () => {
  it.each(Object.entries(STORIES))('loses none: %s', async (_, story) => {
    const { after, sql = '', shown, edit, shownNew, shownOld, isNeeded = false } = story;
    const seenByOld = (row: object) => !isNeeded || !('id' in row) || row.id !== 'unsealed';
    const { server, laptop, phone } = await bothOffline();
    await migrate(server, [after], sql);
    const next = await updated(laptop, [after]);
    const own = { sealed: 'sealed', waiting: 'waiting' };
    await untilRows(next.db, ALL, inOrder(after, rowsWith(own).map(shown)));
    await next.connect(server);
    await phone.connect(server);
    const all = rowsWith({ ...own, held: 'held' });
    await untilRows(next.db, ALL, inOrder(after, all.map(shown)));
    await untilRows(phone.db, ALL, all.filter(seenByOld));

    await next.db.execute(`UPDATE notes SET ${edit} WHERE id = 'edited'`);
    const withEdit = (rows: readonly object[], seen: object) =>
      rows.map((row) => ('id' in row && row.id === 'edited' ? { ...row, ...seen } : row));
    await untilRows(phone.db, ALL, withEdit(all, shownOld).filter(seenByOld));
    expect(phone.mirror.status.quarantined).toBe(isNeeded ? 1 : 0);
    await phone.db.execute("UPDATE notes SET title = 'By the old one' WHERE id = 'still'");
    await untilUploaded(phone.db);
    const last = withEdit(
      rowsWith({ ...own, held: 'held', still: 'By the old one' }).map(shown),
      shownNew,
    );
    await untilRows(next.db, ALL, inOrder(after, last));
    const same = await updated(phone, [after]);
    await untilRows(same.db, ALL, inOrder(after, last));
    for (const { mirror } of [next, same]) {
      const none = {
        quarantined: 0,
        unsealable: 0,
        rejected: 0,
        withdrawn: 0,
        waitingForUpdate: 0,
      };
      expect(mirror.status).toMatchObject(none);
    }
  });
});

/** As the table declares its columns. */
function inOrder({ columns }: Table, rows: readonly object[]): object[] {
  const names = ['id', ...Object.keys(columns)];
  return rows.map((row) =>
    Object.fromEntries(names.map((name) => [name, (row as Record<string, unknown>)[name]])),
  );
}
