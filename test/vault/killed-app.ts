/**
 * An app that changes its vault without end, to be killed: `killed-app.ts <directory>`.
 *
 * Like a user it knows the next password before it sets it; like an app it writes rows with every
 * snapshot that it got.
 */
import { appendFileSync } from 'node:fs';
import { changePassword, encryptRow, openVault, rotateDataKey } from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import {
  appStore,
  byNthPassword,
  notes,
  nthPassword,
  passwordsFile,
  rowsFile,
} from './killed-app-files.js';

const ROUNDS = 200; // a vault has room for no more rotations

const directory = process.argv[2] as string;
const store = appStore(directory);
let vault = await openVault(store, byNthPassword(0));

function writeRow(id: string): void {
  const sealed = encryptRow(vault, notes, { id, body: `the body of ${id}` });
  appendFileSync(rowsFile(directory), `${JSON.stringify(sealed)}\n`);
}

writeRow('first');
process.stdout.write('ready\n');
for (let n = 1; n <= ROUNDS; n++) {
  appendFileSync(passwordsFile(directory), `${n}\n`);
  const change = { current: byNthPassword(n - 1), next: nthPassword(n), kdf: fastKdf() };
  vault = await changePassword(store, vault, change);
  writeRow(`password-${n}`);
  vault = await rotateDataKey(store, vault);
  writeRow(`rotation-${n}`);
}
