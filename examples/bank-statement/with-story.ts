/** A server and a folder for as long as a story is told, however it ends. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from './server.js';
import type { Statement } from './statement-table.js';
import { createStory, type Story } from './story.js';
import type { Terminal } from './terminal.js';
import { UserMistake } from './user-mistake.js';

/** Tells a story; resolves with its exit code. */
export async function withStory(
  terminal: Terminal,
  statement: Statement,
  tell: (story: Story) => Promise<number>,
): Promise<number> {
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

/** Runs a demo as a program: its exit code, and one sentence for a mistake of the user's. */
export async function runDemo(main: () => Promise<number>): Promise<void> {
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
}
