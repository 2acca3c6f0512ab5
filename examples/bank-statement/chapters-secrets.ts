/** The chapters about the user's secrets: a changed password, and a forgotten one. */
import { byPassword, byRecoveryKey, changePassword, openVault, type Vault } from 'rowseal';
import { compareWithFile, countWrites, isComplete, refusalOf } from './claims.js';
import { downloadRows, rowVersions } from './server.js';
import { type Device, type FirstDevice, PASSWORDS, type Story, watched } from './story.js';
import { count, seconds } from './text-width.js';

export async function checkPasswordChange(story: Story, device: Device): Promise<void> {
  const { terminal, server } = story;
  terminal.chapter('The user changes the password: one call');
  const before = await rowVersions(server);
  const { milliseconds } = await watched(story, (options) =>
    changePassword(device.store, device.vault, {
      current: byPassword(PASSWORDS.first),
      next: PASSWORDS.second,
      ...options,
    }),
  );
  const after = await rowVersions(server);
  const written = countWrites(before, after);
  terminal.fact('new password', PASSWORDS.second);
  terminal.fact('took', `${seconds(milliseconds)} (Argon2id twice: old password, new password)`);
  terminal.fact('rows written', `${written} of ${count(after.length, 'row')}, by xmin and ctid`);
  story.claim('The password changes in one call that writes no row', written === 0);

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

export async function checkForgottenPassword(
  story: Story,
  { recoveryKey }: FirstDevice,
): Promise<void> {
  const { terminal } = story;
  terminal.chapter('The user forgets it, and types the recovery key');
  const store = story.newDevice();
  const start = performance.now();
  const vault = await openVault(store, byRecoveryKey(recoveryKey.toLowerCase()));
  terminal.fact('opened in', `${seconds(performance.now() - start)} (no Argon2id is needed)`);
  story.claim('The recovery key opens every row', await opensAll(story, vault));

  await watched(story, (options) =>
    changePassword(store, vault, {
      current: byRecoveryKey(recoveryKey),
      next: PASSWORDS.third,
      ...options,
    }),
  );
  terminal.fact('new password', PASSWORDS.third);
  story.claim(
    'The password set with the recovery key opens every row on a fresh device',
    await opensAll(story, await openAnew(story, PASSWORDS.third)),
  );
}

async function openAnew(story: Story, password: string): Promise<Vault> {
  const { result } = await watched(story, (options) =>
    openVault(story.newDevice(), byPassword(password), options),
  );
  return result;
}

async function opensAll({ statement, server, rowsById }: Story, vault: Vault): Promise<boolean> {
  return isComplete(compareWithFile(vault, statement, rowsById, await downloadRows(server)));
}
