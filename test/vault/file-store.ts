/**
 * A store in a directory, as a careful app would write one: each write goes to a temporary file
 * that is renamed into place, and the header is compared and swapped under a lock file.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VaultStore } from '../../src/index.js';

export function fileStore(server: string, device: string): VaultStore {
  const headerFile = join(server, 'header');
  const pinFile = join(device, 'pin');
  return {
    loadHeader: () => read(headerFile),
    async saveHeader({ header, expected }) {
      const lock = join(server, 'lock');
      await mkdir(lock); // fails while another process holds it
      try {
        const stored = await read(headerFile);
        if (hashOf(stored) === (expected?.hash ?? null)) await replace(headerFile, header);
      } finally {
        await rm(lock, { recursive: true });
      }
    },
    loadPin: () => read(pinFile),
    savePin: (pin) => replace(pinFile, pin),
  };
}

/** After its process was killed: nobody else would take the lock away. */
export async function breakLock(server: string): Promise<void> {
  await rm(join(server, 'lock'), { recursive: true, force: true });
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw error;
  }
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

function hashOf(header: string | null): string | null {
  if (header === null) return null;
  return createHash('sha256').update(Buffer.from(header, 'base64url')).digest('base64url');
}
