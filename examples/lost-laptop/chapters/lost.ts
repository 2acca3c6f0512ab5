import { pinOf } from 'rowseal';
import { comesTrue } from '../../bank-statement/comes-true.js';
import { PASSWORDS, type Story } from '../../bank-statement/story.js';
import { count } from '../../bank-statement/text-width.js';
import type { Finder } from '../finder.js';
import { rowHistory } from '../row-history.js';
import type { BeforeTheLoss } from './two-devices.js';

/** What the user writes on the phone while it is offline. */
export interface OfflineEdit {
  readonly id: string;
  readonly note: string;
}

export interface Loss {
  readonly finder: Finder;
  readonly edit: OfflineEdit;
}

export async function loseTheLaptop(story: Story, before: BeforeTheLoss): Promise<Loss> {
  const { terminal, rowsById, server } = story;
  terminal.chapter('The phone goes offline for a month, and the laptop is left on a train');
  const edit = await editOffline(story, before);
  const { laptop, vault, recoveryKey } = before;
  const finder: Finder = {
    vault,
    pin: pinOf(vault),
    password: PASSWORDS.first,
    recoveryKey,
    rows: await rowHistory(server, rowsById.keys()),
    keyId: vault.keys[0]?.id ?? '',
  };
  await laptop.goOffline();
  await laptop.close();
  terminal.fact(
    'the finder has',
    'an unlocked laptop, its password, and the recovery key in its bag',
  );
  terminal.fact(
    'and a copy of',
    `${count(finder.rows.length, 'row version')}: all that the server had by then`,
  );
  return { finder, edit };
}

/** Sealed under the key of that day, and not sent: that is what makes it hard. */
async function editOffline(
  { terminal, rowsById, written, patience }: Story,
  { phone }: BeforeTheLoss,
): Promise<OfflineEdit> {
  const [id = ''] = rowsById.keys();
  const note = 'paid in cash, no receipt';
  written.add(note);
  await phone.goOffline();
  await phone.db.execute('UPDATE statement_rows SET my_note = ? WHERE id = ?', [note, id]);
  await phone.mirror.flush();
  const isQueued = async () => (await phone.db.getUploadQueueStats()).count > 0;
  if (!(await comesTrue(isQueued, patience))) throw new Error('The phone has sealed nothing.');
  terminal.fact('phone, offline', terminal.dim(`UPDATE … SET my_note = '${note}'`));
  return { id, note };
}
