import { byPassword, openVault } from 'rowseal';
import { comesTrue } from '../../bank-statement/comes-true.js';
import type { Device } from '../../bank-statement/device.js';
import { SEALED_TABLE } from '../../bank-statement/server.js';
import { PASSWORDS, type Story, watched } from '../../bank-statement/story.js';
import { count } from '../../bank-statement/text-width.js';
import type { OfflineEdit } from './lost.js';

export interface Return {
  readonly phone: Device;
  readonly laptop: Device;
  readonly edit: OfflineEdit;
}

export async function bringThePhoneBack(
  story: Story,
  { phone, laptop, edit: { id, note } }: Return,
): Promise<void> {
  const { terminal, server, patience } = story;
  terminal.chapter('The phone comes back, with an edit sealed under the key that is gone');
  const uploads = () => server.sync.uploadsOf(SEALED_TABLE, id);
  const stored = async () => (await server.sync.versions(SEALED_TABLE, id)).length;
  const before = { uploads: await uploads(), stored: await stored() };
  await phone.goOnline();
  const { result: vault } = await watched(story, (options) =>
    openVault(phone.store, byPassword(PASSWORDS.second), options),
  );
  await phone.mirror.unlock(vault);
  const arrived = await comesTrue(async () => (await noteOn(laptop, id)) === note, patience);
  terminal.fact('new laptop', `my_note = ${JSON.stringify(await noteOn(laptop, id))}`);
  const accepted = (await stored()) - before.stored;
  const refused = (await uploads()) - before.uploads - accepted;
  terminal.fact(
    'under the old key',
    `turned away by the server ${count(refused, 'time')}; asked to come back later`,
  );
  terminal.fact('under the new key', 'taken, once the user had typed the new password');
  story.claim('An edit made offline before all of this is lost nowhere', arrived);
}

async function noteOn({ db }: Device, id: string): Promise<string | null> {
  const sql = 'SELECT my_note FROM statement_rows WHERE id = ?';
  return (await db.getOptional<{ my_note: string | null }>(sql, [id]))?.my_note ?? null;
}
