import { byPassword, changePassword, lockVault, openVault, type Vault } from 'rowseal';
import { compareOpened, compareShown, countWrites, isComplete, refusalOf } from '../claims.js';
import { comesTrue } from '../comes-true.js';
import { type Device, shownRows } from '../device.js';
import { downloadRows, rowVersions } from '../server.js';
import { PASSWORDS, type Story, watched } from '../story.js';
import { count, seconds } from '../text-width.js';

const NOTE = 'written while the phone was locked';

/** A vault that is open on a device. */
export interface Opened {
  readonly device: Device;
  readonly vault: Vault;
}

export async function changeThePassword(
  story: Story,
  laptop: Opened,
  phone: Opened,
): Promise<void> {
  const { terminal, server } = story;
  terminal.chapter('The user changes the password on the laptop: one call');
  const before = await rowVersions(server);
  const { result: next, milliseconds } = await watched(story, (options) =>
    changePassword(laptop.device.store, laptop.vault, {
      current: byPassword(PASSWORDS.first),
      next: PASSWORDS.second,
      ...options,
    }),
  );
  await laptop.device.mirror.unlock(next);
  const after = await rowVersions(server);
  const rewritten = countWrites(before, after);
  terminal.fact('new password', PASSWORDS.second);
  terminal.fact('took', `${seconds(milliseconds)} (Argon2id twice: old password, new password)`);
  terminal.fact('rows written', `${rewritten} of ${count(after.length, 'row')}, by xmin and ctid`);
  story.claim('The password changes in one call that writes no row', rewritten === 0);

  await checkFreshDevices(story);
  await followOnPhone(story, laptop.device, phone);
}

async function checkFreshDevices(story: Story): Promise<void> {
  const { terminal } = story;
  const old = await refusalOf(() => openAnew(story, PASSWORDS.first));
  terminal.fact('the old password', old ?? 'still opens the vault');
  story.claim(
    'The old password is refused on a fresh device (UNLOCK_FAILED)',
    old === 'UNLOCK_FAILED',
  );
  story.claim(
    'The new password opens every row on a fresh device',
    await opensAll(story, await openAnew(story, PASSWORDS.second)),
  );
}

/** The phone was locked meanwhile; what its user wrote is sealed once the new password is typed. */
async function followOnPhone(story: Story, laptop: Device, phone: Opened): Promise<void> {
  const { terminal, statement, patience } = story;
  const { device } = phone;
  lockVault(phone.vault);
  const [id = ''] = story.rowsById.keys();
  story.written.add(NOTE);
  await device.db.execute('UPDATE statement_rows SET my_note = ? WHERE id = ?', [NOTE, id]);
  const { result: vault } = await watched(story, (options) =>
    openVault(device.store, byPassword(PASSWORDS.second), options),
  );
  await device.mirror.unlock(vault);
  const arrived = await comesTrue(async () => {
    const sql = 'SELECT id FROM statement_rows WHERE id = ? AND my_note = ?';
    return (await laptop.db.getAll(sql, [id, NOTE])).length === 1;
  }, patience);
  terminal.fact('phone, locked', terminal.dim(`UPDATE … SET my_note = '${NOTE}'`));
  terminal.fact('phone, new password', `vault at epoch ${vault.epoch}, was ${phone.vault.epoch}`);
  terminal.fact('laptop', arrived ? `my_note = '${NOTE}'` : 'never saw it');
  const shown = compareShown(statement, story.rowsById, await shownRows(device));
  story.claim(
    'The phone follows: it opens with the new password, and its edit reaches the laptop',
    arrived && vault.epoch > phone.vault.epoch && isComplete(shown),
  );
}

export async function openAnew(story: Story, password: string): Promise<Vault> {
  const { result } = await watched(story, (options) =>
    openVault(story.newStore(), byPassword(password), options),
  );
  return result;
}

/** Whether a vault opens every row that the server holds, equal to the file. */
export async function opensAll(story: Story, vault: Vault): Promise<boolean> {
  const served = await downloadRows(story.server);
  return isComplete(compareOpened(vault, story.statement, story.rowsById, served));
}
