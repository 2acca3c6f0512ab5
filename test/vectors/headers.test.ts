import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { KdfBackend } from '../../src/crypto/kdf.js';
import { nobleArgon2id } from '../../src/crypto/noble-argon2id.js';
import {
  byPassword,
  byRecoveryKey,
  bySecret,
  fingerprintOf,
  openVault,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { formatPin } from '../../src/keys/pin.js';
import { recoveryProofOf } from '../../src/keys/recovery-proof.js';
import { revealSecrets } from '../../src/keys/vault.js';
import type { VaultHeader } from '../../src/keys/vault-header.js';
import { storedVectors } from './stored-vectors.js';
import { describeKeyset } from './through-src/keys.js';
import { bytesOf, type Fields, hexOf, refusalOf, textOf } from './through-src/reading.js';

interface HeaderFile {
  readonly comment: string;
  readonly header: unknown;
  readonly pin?: string;
  readonly pinMeanwhile?: string;
  readonly open: {
    readonly password?: string;
    readonly recoveryKey?: string;
    readonly secret?: string;
  };
  readonly expect: string;
  readonly check?: number;
  readonly vault?: Fields;
}

const parsed = [...storedVectors()]
  .filter(([path]) => path.startsWith('headers/'))
  .map(([path, text]) => [path, JSON.parse(text) as HeaderFile] as const);

/** Most headers have one password slot in common: its tags are derived once. */
const tags = new Map<string, Uint8Array>();
let runs = 0;
const kdf: KdfBackend = {
  name: 'noble, remembered',
  async argon2id(request) {
    runs += 1;
    const { password, salt, memoryKiB, passes, lanes } = request;
    const name = [hexOf(password), hexOf(salt), memoryKiB, passes, lanes].join();
    const tag = tags.get(name) ?? (await nobleArgon2id.argon2id(request));
    tags.set(name, tag);
    return tag.slice();
  },
};

interface Device extends VaultStore {
  readonly saved: string[];
}

/** The server's header, and a device whose pin changes once it was looked at. */
function deviceOf({ header, pin, pinMeanwhile }: HeaderFile): Device {
  const saved: string[] = [];
  const pins = [pin ?? null, pinMeanwhile ?? pin ?? null];
  return {
    saved,
    loadHeader: async () => (header === null ? null : textOf(header)),
    saveHeader: () => Promise.reject(new Error('Opening writes no header.')),
    loadPin: async () => saved.at(-1) ?? (pins.length > 1 ? pins.shift() : pins[0]) ?? null,
    savePin: async (text) => void saved.push(text),
  };
}

function openerOf({ open: { password, recoveryKey, secret } }: HeaderFile): VaultOpener {
  if (password !== undefined) return byPassword(password, { kdf });
  return recoveryKey === undefined ? bySecret(bytesOf(secret)) : byRecoveryKey(recoveryKey);
}

function describeProof(header: VaultHeader): Fields {
  const proof = recoveryProofOf(header);
  return proof ? { recoveryProof: { ...proof, slotId: hexOf(proof.slotId) } } : {};
}

function describeVault(vault: Vault): Fields {
  const { header, vaultKey, ...keyset } = revealSecrets(vault);
  return {
    vaultId: hexOf(header.vaultId),
    vaultKeyId: hexOf(header.vaultKeyId),
    vaultKey: hexOf(vaultKey),
    epoch: vault.epoch,
    hash: hexOf(header.hash),
    fingerprint: fingerprintOf(vault),
    slots: header.slots.map(({ typeByte, id }) => ({ typeByte, id: hexOf(id) })),
    extensions: header.extensions.map(({ id, bytes }) => ({ id, bytes: hexOf(bytes) })),
    ...describeProof(header),
    ...describeKeyset(keyset),
  };
}

beforeEach(() => {
  runs = 0;
});

describe('src opens, or refuses, as the file says', () => {
  it.each(parsed)('%s', async (_, file) => {
    const device = deviceOf(file);
    let vault: Vault | undefined;
    const refusal = await refusalOf(async () => {
      vault = await openVault(device, openerOf(file));
    });
    expect(refusal?.code ?? 'success').toBe(file.expect);
    expect(vault && describeVault(vault)).toEqual(file.vault);
    if (!vault) {
      expect(device.saved).toEqual([]);
      if ((file.check ?? 0) <= 13) expect(runs).toBe(0);
    } else {
      const pin = await device.loadPin();
      expect(pin).toBe(formatPin(revealSecrets(vault).header));
    }
  });
});

it('every check of the table refuses something', () => {
  const checks = new Set(
    parsed.map(([, { check }]) => check).filter((check) => check !== undefined),
  );
  expect([...checks].sort((a, b) => a - b)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
});

afterAll(() => expect(tags.size).toBeGreaterThan(2));
