/**
 * The vault and the row of the worked examples in docs/format.md, made by the package itself with
 * fixed bytes in place of randomness and a fixed clock.
 */
import { createHash } from 'node:crypto';
import { vi } from 'vitest';

export const EXAMPLE_PASSWORD = 'correct horse battery staple';
const EXAMPLE_TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Hex text by the name of the example, as the document's blocks have it. */
export type Examples = Readonly<Record<string, string>>;

/** Runs on modules of its own, so that no other test sees a pool of known bytes. */
export async function makeExamples(): Promise<Examples> {
  vi.stubGlobal('crypto', fixedRandomness());
  vi.spyOn(Date, 'now').mockReturnValue(EXAMPLE_TIME);
  vi.resetModules();
  try {
    return await sealExamples();
  } finally {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.resetModules();
  }
}

async function sealExamples(): Promise<Examples> {
  const { byPassword, createVault, encryptRow, fingerprintOf, memoryStore } = await import(
    '../../src/index.js'
  );
  const { revealSecrets } = await import('../../src/keys/vault.js');
  const { notes, NOTE } = await import('./format-row.js');
  const created = await createVault(memoryStore(), byPassword(EXAMPLE_PASSWORD));
  const { header, vaultKey, dataKeys } = revealSecrets(created.vault);
  const sealed = encryptRow(created.vault, notes, NOTE);
  return {
    'vault-header': hex(header.bytes),
    'recovery-key': created.recoveryKey,
    'vault-key': hex(vaultKey),
    dek: hex(dataKeys[0]?.dek as Uint8Array),
    fingerprint: fingerprintOf(created.vault),
    envelope: Buffer.from(sealed.payload, 'base64url').toString('hex'),
  };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** SHA-256 of 0, 1, 2 …, as one stream. */
function fixedRandomness() {
  let stream = Buffer.alloc(0);
  let block = 0;
  return {
    getRandomValues(into: Uint8Array): Uint8Array {
      while (stream.length < into.length) {
        stream = Buffer.concat([stream, createHash('sha256').update(String(block++)).digest()]);
      }
      into.set(stream.subarray(0, into.length));
      stream = stream.subarray(into.length);
      return into;
    },
  };
}
