import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  encryptRow,
  memoryStore,
  openVault,
  RowsealError,
  tryDecryptRow,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { fastKdf } from '../support/fast-kdf.js';
import { createWorld, diary, PASSWORD, ROW } from '../support/world.js';
import { holds } from './holds.js';
import { mutate, mutations } from './mutations.js';
import { samples } from './tables.js';

const { vault, header, recoveryKey } = await createWorld();

/** A sealed row with other payload bytes, in the form its table stores them. */
function withPayload<Sealed extends { readonly payload: string | Uint8Array }>(
  sealed: Sealed,
  change: (bytes: Uint8Array) => Uint8Array,
): Sealed {
  const { payload } = sealed;
  return {
    ...sealed,
    payload:
      typeof payload === 'string'
        ? Buffer.from(change(Buffer.from(payload, 'base64url'))).toString('base64url')
        : change(payload),
  };
}

describe('a payload', () => {
  it('does not open after any mutation', () => {
    holds(
      fc.property(samples, fc.array(mutations, { minLength: 1, maxLength: 3 }), (sample, all) => {
        const { table, row } = sample;
        const sealed = encryptRow(vault, table, row);
        const forged = withPayload(sealed, (bytes) => all.reduce(mutate, bytes));
        fc.pre(!isDeepStrictEqual(forged, sealed)); // mutations may undo each other
        const result = tryDecryptRow(vault, table, forged);
        expect(result.ok).toBe(false);
      }),
      500,
    );
  });

  it('does not open with any one bit flipped, nor cut at any place', () => {
    const sealed = encryptRow(vault, diary, ROW);
    const length = Buffer.from(sealed.payload, 'base64url').length;
    for (let i = 0; i < length; i++) {
      const flipped = withPayload(sealed, (bytes) =>
        bytes.map((b, at) => (at === i ? b ^ (1 << (i % 8)) : b)),
      );
      const cut = withPayload(sealed, (bytes) => bytes.slice(0, i));
      expect(tryDecryptRow(vault, diary, flipped).ok).toBe(false);
      expect(tryDecryptRow(vault, diary, cut).ok).toBe(false);
    }
  });
});

describe('a header', () => {
  const bytes = Uint8Array.from(Buffer.from(header, 'base64url'));
  const secrets = [byPassword(PASSWORD, { kdf: fastKdf() }), byRecoveryKey(recoveryKey)];

  async function assertRefused(changed: Uint8Array): Promise<void> {
    for (const secret of secrets) {
      const store = {
        ...memoryStore(),
        loadHeader: async () => Buffer.from(changed).toString('base64url'),
      };
      await expect(openVault(store, secret)).rejects.toBeInstanceOf(RowsealError);
    }
  }

  it('opens as it is, so that the refusals below mean something', async () => {
    for (const secret of secrets) await openVault(memoryStore(header), secret);
    expect(parseHeader(header).bytes).toEqual(bytes);
  });

  it('does not open with any one byte changed, nor cut at any place', async () => {
    for (let i = 0; i < bytes.length; i++) {
      await assertRefused(bytes.map((b, at) => (at === i ? b ^ (1 << (i % 8)) : b)));
      await assertRefused(bytes.slice(0, i));
    }
  });

  it('does not open after any mutation', async () => {
    const all = fc.sample(fc.array(mutations, { minLength: 1, maxLength: 3 }), {
      seed: 1,
      numRuns: 200,
    });
    for (const each of all) {
      const changed = each.reduce(mutate, bytes);
      if (!Buffer.from(changed).equals(bytes)) await assertRefused(changed);
    }
  });
});
