/**
 * A bank statement on a server that can't read it, told in chapters. Each says what it does and
 * checks it; the exit code is 0 only when every claim held.
 */
import { HELP, readArguments } from './arguments.js';
import { showBothSides } from './chapters/both-sides.js';
import { changeThePassword } from './chapters/changed-password.js';
import { createUserVault } from './chapters/create-vault.js';
import { deleteRow } from './chapters/deleted-row.js';
import { recoverOnTablet } from './chapters/forgotten-password.js';
import { importFile } from './chapters/import-file.js';
import { logOutOnPhone } from './chapters/log-out.js';
import { editOffline } from './chapters/offline-edits.js';
import { readOnPhone } from './chapters/phone-reads.js';
import { readStatement } from './chapters/read-file.js';
import { searchTheServer } from './chapters/server-search.js';
import { setUp } from './chapters/set-up.js';
import { summarise } from './chapters/summary.js';
import { tamperWithRow } from './chapters/tampered-row.js';
import type { Story } from './story.js';
import { createTerminal } from './terminal.js';
import { runDemo, withStory } from './with-story.js';

async function main(): Promise<number> {
  const { help, path, cleartext } = readArguments(process.argv.slice(2), process.env);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const terminal = createTerminal(process.stdout, process.env);
  terminal.title("rowseal: a bank statement on a server that can't read it");
  terminal.line(
    'Two devices and a server between them. The devices use plain SQL; what leaves them is',
  );
  terminal.line('sealed. Each line with a ✓ is a claim that was checked just then.');
  const statement = readStatement(terminal, path, cleartext);
  return withStory(terminal, statement, tell);
}

async function tell(story: Story): Promise<number> {
  const { laptop, phone, ordinary, emptyPhone } = await setUp(story);
  const { vault, recoveryKey } = await createUserVault(story, laptop);
  await importFile(story, laptop);
  await showBothSides(story, laptop);
  const phoneVault = await readOnPhone(story, phone);
  await editOffline(story, laptop, phone);
  await deleteRow(story, laptop, phone);
  await changeThePassword(story, { device: laptop, vault }, { device: phone, vault: phoneVault });
  const recovered = await recoverOnTablet(story, recoveryKey);
  await tamperWithRow(story, phone, recovered);
  await logOutOnPhone(story, phone, recoveryKey, emptyPhone);
  await searchTheServer(story, { vault: recovered, recoveryKey, ordinary });
  return summarise(story);
}

await runDemo(main);
