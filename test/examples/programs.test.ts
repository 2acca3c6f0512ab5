import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'examples');

/** What each program must say, line by line, whatever else it says. */
const SAYS: Record<string, readonly RegExp[]> = {
  'first-row.ts': [
    /^The user writes this down: [0-9A-Z]{4}(-[0-9A-Z]{4}){7}$/m,
    /^The server sees \{ id: 't1', account_id: 'checking' \}$/m,
    /a payload of 440 characters/,
    /refused: ROW_AUTH_FAILED$/m,
  ],
  'forgotten-password.ts': [
    /RECOVERY_KEY_TYPO/,
    /UNLOCK_FAILED/,
    /^The new one does, and the row that nobody touched says: the cat is fed at six$/m,
  ],
  'two-devices.ts': [/title: 'buy oat milk', done: true/, /stale-row/, /metadata-mismatch/],
  'lost-device.ts': [
    /^Dropped: recovery-key, secret$/m,
    /^Re-encrypted 3 rows; a second run finds nothing to do$/m,
    /^The thief still reads the stolen copy: note 1$/m,
    /UNKNOWN_KEY$/m,
    /KEY_RETIRED$/m,
    /nothing opens any more, whatever its stamp$/m,
  ],
  'recovery-kit.ts': [
    /^No kit for a key of another vault: UNLOCK_FAILED$/m,
    /^recovery-kit\.html: \d+ bytes\nrecovery-kit\.txt: \d+ bytes$/m,
    /^Group [1-8] was typed back$/m,
    /^The paper opens the vault: the cat is fed at six$/m,
    /^After replaceRecoveryKey the old sheet is void/m,
  ],
  'rename-a-column.ts': [
    /phone_number: '\+47 22 00 00 00'/,
    /ROW_MALFORMED, and nothing was lost$/m,
  ],
  'vault-in-files.ts': [
    /refused with HEADER_CONFLICT$/m,
    /^Repeated, both changes are in: 3 slots, 2 data keys, epoch 3$/m,
    /^On the disk: laptop\/pin, phone\/pin, shared\/header-00000002, shared\/header-00000003$/m,
  ],
  'powersync-mirror.ts': [
    /^The phone shows \{ id: 't1', amount: -1299, merchant: 'Blåbær & Sønner', note: null \}$/m,
    /^ {2}note: 'two jars of jam'$/m,
    /^\} and a payload of 440 characters$/m,
    /^Neither is in any of the [1-9]\d* requests that it got$/m,
    /^After log-out the phone shows no row, and the laptop still does$/m,
  ],
  'diff-stream/demo.ts': [
    /^The phone has \{ giro: -1999, savings: 5000 \}$/m,
    /^Both have \{ giro: -700, savings: 3500 \}$/m,
    /^Without t2, the laptop has \{ savings: 3500 \}$/m,
    /^The phone refuses 3 rows, and still has \{ savings: 3500 \}$/m,
    /^Started again, the phone has \{\}$/m,
    /^Once the rows are mended, it has \{ savings: 3500 \}$/m,
    /^No merchant is in its file, nor in what the server received$/m,
  ],
  'restore-drill/drill.ts': [
    /^Exported 1000 rows; each of them opens$/m,
    /^Carried over: export.jsonl, no-network.mjs, restore.mjs$/m,
    /^With the password, without a network:\n( .*\n)+ {2}All 1000 rows are what they were$/m,
    /^With the recovery key, without a network:\n( .*\n)+ {2}All 1000 rows are what they were$/m,
  ],
  'http-vault-store.ts': [/HEADER_CONFLICT; opened again, it works$/m, /: 412$/m, /STORE_FAILED/],
};

interface Run {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of its own, over the sources, so that nothing needs to be built. */
function run(program: string): Promise<Run> {
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(import.meta.dirname, 'tsconfig.json') };
  const command = ['--import', 'tsx', join(FOLDER, program)];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr });
    });
  });
}

describe('the small programs', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
  const programs = [...files, 'diff-stream/demo.ts', 'restore-drill/drill.ts'];

  it('are all run here', () => {
    expect(programs.sort()).toEqual(Object.keys(SAYS).sort());
  });

  it.each(programs)('%s does what it says', async (program) => {
    const { code, stdout, stderr } = await run(program);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of SAYS[program] ?? []) expect(stdout).toMatch(line);
  });

  it('are listed in the README with their command, and nothing else is', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const commands = [...readme.matchAll(/^\| `npx tsx examples\/(\S+)` \|/gm)];
    expect(commands.map(([, name]) => name).sort()).toEqual(programs.sort());
  });

  it('import the package by its name', () => {
    for (const program of programs) {
      const source = readFileSync(join(FOLDER, program), 'utf8');
      expect(source).toMatch(/from 'rowseal';/);
      expect(source).not.toMatch(/from '[^']*(?:src|dist)\//);
    }
  });
});
