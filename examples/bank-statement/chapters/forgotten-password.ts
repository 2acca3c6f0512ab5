import { byRecoveryKey, changePassword, openVault, type Vault } from 'rowseal';
import { compareShown, isComplete } from '../claims.js';
import { shownRows } from '../device.js';
import { PASSWORDS, type Story, watched } from '../story.js';
import { count, seconds } from '../text-width.js';
import { openAnew, opensAll } from './changed-password.js';
import { showsAll } from './phone-reads.js';

export async function recoverOnTablet(story: Story, recoveryKey: string): Promise<Vault> {
  const { terminal, statement } = story;
  terminal.chapter('The user forgets it, and types the recovery key on a new tablet');
  const tablet = await story.newDevice('tablet');
  const start = performance.now();
  const vault = await openVault(tablet.store, byRecoveryKey(recoveryKey.toLowerCase()));
  terminal.fact('opened in', `${seconds(performance.now() - start)} (no Argon2id is needed)`);
  await tablet.mirror.unlock(vault);
  await showsAll(story, tablet);
  const shown = await shownRows(tablet);
  terminal.fact('shows', count(shown.length, 'row'));
  const found = compareShown(statement, story.rowsById, shown);
  story.claim('The recovery key opens every row', isComplete(found));

  const { result: next } = await watched(story, (options) =>
    changePassword(tablet.store, vault, {
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
  return next;
}
