/**
 * The secret, from the environment or the standard input: what stands on a command line is seen by
 * every user of the machine, and kept by the shell.
 */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { CommandLine } from './command-line.js';
import { UserMistake } from './user-mistake.js';

const VARIABLES = {
  password: 'ROWSEAL_PASSWORD',
  'recovery key': 'ROWSEAL_RECOVERY_KEY',
} as const;

export async function readSecret({ secretType }: CommandLine): Promise<string> {
  const given = process.env[VARIABLES[secretType]] || (await ask(secretType));
  if (given) return given;
  throw new UserMistake(`There is no ${secretType}: nothing was typed.`);
}

/** Nothing that is typed is shown. */
async function ask(secretType: string): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stderr.write(`The ${secretType}: `);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output, terminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (terminal) process.stderr.write('\n');
  }
}
