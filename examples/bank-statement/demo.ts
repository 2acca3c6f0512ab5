/**
 * A bank statement on a server that can't read it, told in chapters. Each says what it does and
 * checks it; the exit code is 0 only when every claim held.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { startServer } from './server.js';
import { createStory, type Story } from './story.js';
import { createTerminal } from './terminal.js';
import { UserMistake } from './user-mistake.js';

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

  const server = await startServer(statement);
  const folder = await mkdtemp(join(tmpdir(), 'rowseal-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const story = createStory({ terminal, statement, server, folder });
  try {
    return await tell(story);
  } finally {
    await story.end();
    await server.sync.close();
  }
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

process.once('SIGINT', () => process.exit(130)); // with what is to be done at exit
// A reader that has seen enough (`npm run demo | head`) is no error.
process.stdout.on('error', () => process.exit(0));

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UserMistake)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
