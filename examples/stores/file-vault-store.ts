/**
 * A vault store in two folders: the header in one that the user's devices share, or that a server
 * keeps, and the pin in one of the device's own.
 *
 * Headers are numbered files that are written beside and then linked into place. A link never
 * replaces a file, so of two processes that make the same number one fails: that is the
 * compare-and-swap, without a lock that a killed process would leave behind. Needs a file system
 * with hard links.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VaultStore } from 'rowseal';

const HEADER_NAME = /^header-(\d{8})$/;

export async function fileVaultStore(shared: string, device: string): Promise<VaultStore> {
  await mkdir(shared, { recursive: true });
  await mkdir(device, { recursive: true });
  const pinFile = join(device, 'pin');
  return {
    async loadHeader() {
      return (await latestHeader(shared)).text;
    },
    async saveHeader({ header, expected }) {
      const { numbers, text } = await latestHeader(shared);
      if (hashOf(text) !== (expected?.hash ?? null)) return; // rowseal reads back and sees it
      const temporary = await writeBeside(shared, header);
      try {
        await link(temporary, headerFile(shared, (numbers[0] ?? 0) + 1));
      } finally {
        await rm(temporary);
      }
      // The one before stays for whoever reads just now. Older ones would still open with secrets
      // that were replaced since.
      for (const number of numbers.slice(1)) await rm(headerFile(shared, number), { force: true });
    },
    loadPin: () => readIfThere(pinFile),
    async savePin(pin) {
      await rename(await writeBeside(device, pin), pinFile);
    },
  };
}

async function latestHeader(folder: string) {
  for (;;) {
    const numbers = (await readdir(folder))
      .map((name) => Number(HEADER_NAME.exec(name)?.[1] ?? 0))
      .filter((number) => number > 0)
      .sort((a, b) => b - a);
    const latest = numbers[0];
    if (latest === undefined) return { numbers, text: null };
    const text = await readIfThere(headerFile(folder, latest));
    if (text !== null) return { numbers, text }; // else it was replaced twice since: look again
  }
}

function headerFile(folder: string, number: number): string {
  return join(folder, `header-${String(number).padStart(8, '0')}`);
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw error; // a file that can't be read is not a vault that does not exist
  }
}

/** A complete file on the disk under a name of its own; a reader never sees half of one. */
async function writeBeside(folder: string, text: string): Promise<string> {
  const file = join(folder, `new-${randomUUID()}`);
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return file;
}

function hashOf(header: string | null): string | null {
  if (header === null) return null;
  return createHash('sha256').update(Buffer.from(header, 'base64url')).digest('base64url');
}
