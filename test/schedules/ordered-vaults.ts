/** Openings of one user's vault, in the order in which their writes win at equal times. */
import { decryptRowDetails, encryptRow, memoryStore, openVault, type Vault } from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { DEVICES } from './schedule.js';
import { notes } from './schedule-backend.js';

const { vault, opener } = vaultForTesting('schedules');

/** One for each device; the writer with the greater id comes later. */
export async function orderedVaults(): Promise<readonly Vault[]> {
  const opened = await Promise.all(DEVICES.map(() => openVault(memoryStore(vault.header), opener)));
  return opened.sort((a, b) => Buffer.compare(writerOf(a), writerOf(b)));
}

function writerOf(opened: Vault): Buffer {
  const row = { id: 'n1', title: '', folder: '', shelf: '' };
  const sealed = encryptRow(opened, notes, row);
  return Buffer.from(decryptRowDetails(opened, notes, sealed).lifeStamp.writer, 'base64url');
}
