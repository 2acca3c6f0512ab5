import { comesTrue } from '../comes-true.js';
import type { Device } from '../device.js';
import { newId } from '../own-texts.js';
import { SEALED_TABLE } from '../server.js';
import type { Story } from '../story.js';

const NOTE = 'cash, entered by mistake';

export async function deleteRow(story: Story, laptop: Device, phone: Device): Promise<void> {
  const { terminal, server, patience } = story;
  terminal.chapter('A row is added on the laptop, and deleted on the phone');
  const id = newId(story.own);
  story.written.add(NOTE);
  const insert = 'INSERT INTO statement_rows (id, my_note) VALUES (?, ?)';
  await laptop.db.execute(insert, [id, NOTE]);
  terminal.fact('laptop', terminal.dim(`INSERT … (id, my_note) VALUES ('…', '${NOTE}')`));
  const came = await comesTrue(() => shows(phone, id), patience);
  const inserted = await payloadLength();

  await phone.db.execute('DELETE FROM statement_rows WHERE id = ?', [id]);
  terminal.fact('phone', terminal.dim("DELETE FROM statement_rows WHERE id = '…'"));
  const gone = await comesTrue(async () => !(await shows(laptop, id)), patience);
  terminal.fact('laptop', gone ? 'the row is gone' : 'still shows the row');
  const lengths = `${inserted} letters, then ${await payloadLength()}`;
  terminal.fact('server', `a payload of ${lengths}: a delete looks like an edit`);
  story.claim('A row deleted on one device is gone on the other', came && gone);

  async function payloadLength(): Promise<number> {
    const sql = `SELECT payload FROM ${SEALED_TABLE} WHERE id = $1`;
    const [row] = await server.sync.query(sql, [id]);
    return String(row?.payload ?? '').length;
  }
}

async function shows({ db }: Device, id: string): Promise<boolean> {
  return (await db.getAll('SELECT id FROM statement_rows WHERE id = ?', [id])).length === 1;
}
