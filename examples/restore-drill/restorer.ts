/**
 * The restorer: a program that needs the file, the tables as the app declares them, and one secret.
 */
import { existsSync } from 'node:fs';
import { byPassword, byRecoveryKey, type Table } from 'rowseal';
import { type CommandLine, HELP, readCommandLine } from './command-line.js';
import { openFolder } from './output-folder.js';
import { readSecret } from './read-secret.js';
import { restoreFile } from './restore-file.js';
import { isWhole, showRestored } from './show-restored.js';
import { UserMistake } from './user-mistake.js';

/** Runs the program and sets its exit code. */
export async function restorer(tables: readonly Table[]): Promise<void> {
  try {
    process.exitCode = await run(tables, readCommandLine(process.argv.slice(2)));
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 2;
  }
}

async function run(tables: readonly Table[], command: CommandLine): Promise<number> {
  if (command.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { file, folder, format, secretType } = command;
  if (!existsSync(file)) throw new UserMistake(`There is no file '${file}'.`);
  const secret = await readSecret(command);
  const opener = secretType === 'password' ? byPassword(secret) : byRecoveryKey(secret);
  const restored = await restoreFile(file, opener, tables, () => openFolder(folder, format));
  process.stdout.write(showRestored(restored));
  return isWhole(restored) ? 0 : 1;
}

/** Codes are for the manual, sentences for whoever holds the file. */
function sentenceOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return code === undefined ? message : `${code}: ${message}`;
}
