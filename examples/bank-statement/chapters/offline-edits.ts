import { comesTrue } from '../comes-true.js';
import type { Device } from '../device.js';
import { SEALED_TABLE } from '../server.js';
import type { Story } from '../story.js';

const NOTE = 'ask Noor for the receipt';
const TAG = 'shared expenses';

export async function editOffline(story: Story, laptop: Device, phone: Device): Promise<void> {
  const { terminal, server, patience } = story;
  const { sync } = server;
  terminal.chapter('Both go offline, and edit the same row in different columns');
  const [id = ''] = story.rowsById.keys();
  await bothShow(id, [laptop, phone], patience);
  await laptop.goOffline();
  await phone.goOffline();
  const before = await sync.uploadsOf(SEALED_TABLE, id);
  await edit(story, laptop, 'my_note', NOTE, id);
  await edit(story, phone, 'my_tag', TAG, id);
  await laptop.goOnline();
  await phone.goOnline();

  const wanted = JSON.stringify([NOTE, TAG]);
  const onBoth = await comesTrue(async () => {
    const shown = [await notesOn(laptop, id), await notesOn(phone, id)];
    return shown.every((notes) => JSON.stringify(notes) === wanted);
  }, patience);
  for (const device of [laptop, phone]) {
    const [note, tag] = await notesOn(device, id);
    terminal.fact(`${device.name}, online`, `my_note = ${shown(note)}, my_tag = ${shown(tag)}`);
  }
  await comesTrue(() => isSettled(story, [laptop, phone]), patience);
  const sent = (await sync.uploadsOf(SEALED_TABLE, id)) - before;
  terminal.fact('sent', `${sent} payloads: two edits, and what merged them`);
  story.claim('Two edits of one row, made offline in different columns, both survive', onBoth);
}

/** An edit of a row that has not come yet would change nothing, and say nothing. */
async function bothShow(id: string, devices: readonly Device[], patience: number): Promise<void> {
  const sql = 'SELECT id FROM statement_rows WHERE id = ?';
  for (const { name, db } of devices) {
    const came = await comesTrue(async () => (await db.getAll(sql, [id])).length === 1, patience);
    if (!came) throw new Error(`The row did not come to the ${name}: nobody can edit it there.`);
  }
}

async function edit(
  { terminal, written }: Story,
  { name, db }: Device,
  column: string,
  value: string,
  id: string,
): Promise<void> {
  written.add(value);
  await db.execute(`UPDATE statement_rows SET ${column} = ? WHERE id = ?`, [value, id]);
  terminal.fact(`${name}, offline`, terminal.dim(`UPDATE … SET ${column} = '${value}'`));
}

async function notesOn({ db }: Device, id: string): Promise<(string | null)[]> {
  const sql = 'SELECT my_note, my_tag FROM statement_rows WHERE id = ?';
  const row = await db.getOptional<{ my_note: string | null; my_tag: string | null }>(sql, [id]);
  return [row?.my_note ?? null, row?.my_tag ?? null];
}

/** Whether nobody has anything left to merge or to send. */
async function isSettled({ server }: Story, devices: readonly Device[]): Promise<boolean> {
  const open = await server.sync.query(`SELECT id FROM ${SEALED_TABLE} WHERE siblings <> ''`);
  const queued = await Promise.all(devices.map(({ db }) => db.getUploadQueueStats()));
  const atRest = devices.every(({ mirror }) => mirror.status.settled);
  return atRest && open.length === 0 && queued.every(({ count }) => count === 0);
}

function shown(value: string | null | undefined): string {
  return value === null || value === undefined ? 'NULL' : `'${value}'`;
}
