import { byPassword, openVault, type Vault } from 'rowseal';
import { compareShown, isComplete } from '../claims.js';
import { comesTrue } from '../comes-true.js';
import { countShown, type Device, shownRows } from '../device.js';
import { PASSWORDS, type Story, watched } from '../story.js';
import { count, number, seconds } from '../text-width.js';

export async function readOnPhone(story: Story, phone: Device): Promise<Vault> {
  const { terminal, statement } = story;
  terminal.chapter('The phone knows the password, and nothing else');
  terminal.fact('shows while locked', count(await countShown(phone), 'row'));
  const { result: vault } = await watched(story, (options) =>
    openVault(phone.store, byPassword(PASSWORDS.first), options),
  );
  const start = performance.now();
  await phone.mirror.unlock(vault);
  await showsAll(story, phone);
  const shown = await shownRows(phone);
  const found = compareShown(statement, story.rowsById, shown);
  const cells = story.rowsById.size * statement.columns.length;
  terminal.fact(
    'shows',
    `${count(shown.length, 'row')}, ${seconds(performance.now() - start)} later`,
  );
  terminal.fact('equal to the file', `${number(found.equalCells)} of ${count(cells, 'cell')}`);
  story.claim(
    'What the laptop wrote with plain SQL, the phone reads with plain SQL, cell by cell',
    isComplete(found),
  );
  return vault;
}

/** Waits for a device to show as many rows as there are. */
export function showsAll(story: Story, device: Device): Promise<boolean> {
  const wanted = story.rowsById.size;
  return comesTrue(async () => (await countShown(device)) / wanted, story.patience);
}
