/** The command line: what to read, where to write. The secret is never part of it. */
import { parseArgs } from 'node:util';
import { UserMistake } from './user-mistake.js';

export const HELP = `
Restores the rows of an encrypted export, with its file and one secret. It uses no network.

  node restore.mjs export.jsonl folder
  node restore.mjs export.jsonl folder --recovery-key --csv

  export.jsonl     a file that exportVault wrote
  folder           where the rows are written, in plain text; it is made, or must be empty
  --recovery-key   opens with the recovery key; with the password unless given
  --csv            writes CSV; JSON Lines unless given

It asks for the secret, or reads it from the first line of its input, or takes it from
ROWSEAL_PASSWORD or ROWSEAL_RECOVERY_KEY. It exits with 0 if everything was restored, with 1 if
something is missing (what, it says), and with 2 if nothing could be opened.
`.trimStart();

export interface CommandLine {
  readonly help: boolean;
  readonly file: string;
  readonly folder: string;
  readonly secretType: 'password' | 'recovery key';
  readonly format: 'jsonl' | 'csv';
}

export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [file, folder] = positionals;
  const help = values.help === true;
  if (!help && (file === undefined || folder === undefined || positionals.length > 2)) {
    throw new UserMistake('It takes two paths, a file and a folder; --help says more.');
  }
  return {
    help,
    file: file ?? '',
    folder: folder ?? '',
    secretType: values['recovery-key'] ? 'recovery key' : 'password',
    format: values.csv ? 'csv' : 'jsonl',
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'recovery-key': { type: 'boolean' },
        csv: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    const [sentence] = String((error as Error).message).split('. ');
    throw new UserMistake(`${sentence}; --help shows what there is.`);
  }
}
