import { byRecoveryKey, changePassword, openVault, type Vault } from 'rowseal';
import { showsAll } from '../../bank-statement/chapters/phone-reads.js';
import { compareShown, isComplete } from '../../bank-statement/claims.js';
import { type Device, shownRows } from '../../bank-statement/device.js';
import { PASSWORDS, type Story, watched } from '../../bank-statement/story.js';
import { count, seconds } from '../../bank-statement/text-width.js';
import type { Kit } from './two-devices.js';

export interface Recovered {
  readonly laptop: Device;
  readonly vault: Vault;
}

/** The key is typed from the paper: in lower case, an O for each 0, and blanks between the groups. */
function typedFrom(kit: Kit): string {
  const [key = ''] = kit.text.match(/([0-9A-Z]{4}-){7}[0-9A-Z]{4}/) ?? [];
  return key.toLowerCase().replaceAll('0', 'O').replaceAll('-', ' ');
}

export async function recoverOnNewLaptop(story: Story, kit: Kit): Promise<Recovered> {
  const { terminal, statement } = story;
  terminal.chapter('A new laptop, the kit, and the server: nothing else');
  const laptop = await story.newDevice('new-laptop');
  const typed = typedFrom(kit);
  terminal.fact('typed from the kit', typed);
  const start = performance.now();
  const vault = await openVault(laptop.store, byRecoveryKey(typed));
  await laptop.mirror.unlock(vault);
  await showsAll(story, laptop);
  const shown = await shownRows(laptop);
  terminal.fact(
    'shows',
    `${count(shown.length, 'row')}, ${seconds(performance.now() - start)} later`,
  );
  const found = compareShown(statement, story.rowsById, shown);
  story.claim('From kit and server to every row on a new device, cell by cell', isComplete(found));

  const { result: next } = await watched(story, (options) =>
    changePassword(laptop.store, vault, {
      current: byRecoveryKey(typed),
      next: PASSWORDS.second,
      ...options,
    }),
  );
  terminal.fact('new password', PASSWORDS.second);
  return { laptop, vault: next };
}
