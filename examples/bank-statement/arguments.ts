/** The command line: what to read, and which columns the server may see. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserMistake } from './user-mistake.js';

export const HELP = `
Imports a bank statement on one device, reads it on another, and checks that the server between
them can't read what it holds. Devices and server run on this machine, and leave nothing behind.

  npm run demo
  npm run demo -- path/to/statement.csv --cleartext date,account

  path          any CSV file with a header line; a sample statement unless given. Separated by
                commas, semicolons, tabs or vertical bars, or as a first line 'sep=;' says;
                in UTF-8, in UTF-16 with a byte order mark, else read as Windows-1252
  --cleartext   the columns that the server may see, by header or column name;
                date,account for the sample, none for a file of yours ('' means none)
  --help        this text

Exits with 0 when every claim holds, 1 when one does not, 2 when the file can't be used.
`;

const SAMPLE_CLEARTEXT = 'date,account';

export interface DemoArguments {
  readonly help: boolean;
  /** `null` for the sample statement. */
  readonly path: string | null;
  readonly cleartext: readonly string[];
}

export function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): DemoArguments {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) {
    throw new UserMistake(`The demo reads one file, and ${positionals.length} were given.`);
  }
  const [path] = positionals;
  const cleartext = values.cleartext ?? (path === undefined ? SAMPLE_CLEARTEXT : '');
  return {
    help: values.help ?? false,
    path: path === undefined ? null : resolve(startFolder(environment), path),
    cleartext: cleartext.split(',').flatMap((name) => name.trim() || []),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { cleartext: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    const [sentence] = String((error as Error).message).split('. ');
    throw new UserMistake(`${sentence}; --help shows what there is.`);
  }
}

/** `npm run` changes to the package's folder; a path is meant from where the user stands. */
function startFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { npm_lifecycle_event: script, INIT_CWD: userFolder } = environment;
  return script === 'demo' && userFolder ? userFolder : process.cwd();
}
