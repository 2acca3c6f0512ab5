import { describe, expect, it } from 'vitest';
import {
  byRecoveryKey,
  keepUnlocked,
  openVault,
  rekeyVault,
  resumeVault,
  rotateDataKey,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { alter, bytesOf, forge, stolenKey, textOf } from '../support/header-surgeon.js';
import {
  createKeptWorld,
  expectResumeRefused,
  expectResumes,
  type KeptWorld,
} from '../support/kept-world.js';
import { createWorld, openPinned, type World } from '../support/world.js';

/** A device that keeps its vault unlocked, at epoch 3, and the headers that came before. */
async function threeEpochs(): Promise<{ kept: KeptWorld; earlier: string[] }> {
  const { world, keeper } = await createKeptWorld();
  const second = await rotateDataKey(world.store, world.vault);
  const vault = await rotateDataKey(world.store, second);
  const kept = { world: { ...world, vault, header: vault.header }, keeper };
  return { kept, earlier: [world.header, second.header] };
}

function flip(header: string, at: number): string {
  const bytes = bytesOf(header);
  bytes[at] = (bytes[at] as number) ^ 0x01;
  return textOf(bytes);
}

/** Headers that a server may show. */
const HOSTILE: Record<string, (world: World) => string | null | Promise<string>> = {
  'no header': () => null,
  'empty text': () => '',
  'no base64url': () => '?',
  'too much': () => 'A'.repeat(90_000),
  'a header of a later version': ({ header }) => textOf([6, ...bytesOf(header).subarray(1)]),
  'half a header': ({ header }) => header.slice(0, header.length / 2),
  'bytes at the end': ({ header }) => `${header}AAAA`,
  "another user's vault": async () => (await createWorld()).header,
  'another epoch under the old MAC': ({ header }) => alter(header, { epoch: 1, predecessors: [] }),
  'another keyset under the old MAC': ({ header }) => flip(header, bytesOf(header).length - 40),
  'another MAC': ({ header }) => flip(header, bytesOf(header).length - 1),
  'a fork by who knows the vault key': ({ header, vault }) =>
    forge(header, stolenKey(vault), { slots: parseHeader(header).slots.slice(1) }),
};

/** Not of the secret's own kind: no byte of a header makes the keeper's answer look damaged. */
const REFUSED =
  /^(HEADER_\w+|VAULT_MISMATCH|UNLOCK_FAILED|LIMIT_EXCEEDED|UNSUPPORTED_VERSION|KDF_PARAMS_REFUSED)$/;

async function codeOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(() => ({ code: 'opened' })).catch((refusal) => refusal);
  return error.code;
}

describe('C05, B06: a hostile server meets a device that resumes', () => {
  it('leads nobody back, and is refused before the keeper is asked', async () => {
    const { kept, earlier } = await threeEpochs();
    for (const header of earlier) {
      kept.world.store.header = header;
      await expectResumeRefused(kept, { codes: ['HEADER_ROLLBACK'], unasked: true });
      kept.world.store.header = kept.world.header;
      await expectResumes(kept);
    }
  });

  it.each(Object.keys(HOSTILE))('is refused as by openVault: %s', async (name) => {
    const { kept } = await threeEpochs();
    const { world, keeper } = kept;
    world.store.header = (await HOSTILE[name]?.(world)) ?? null;
    const expected = await codeOf(openVault(world.store, byRecoveryKey(world.recoveryKey)));
    expect(expected).not.toBe('opened');
    const unasked = !['HEADER_TAMPERED', 'HEADER_CONFLICT'].includes(expected);
    await expectResumeRefused(kept, { codes: [expected] as never, unasked });
    world.store.header = world.header;
    await expectResumes({ world, keeper });
  });

  it('meets no byte of a header that may be changed', async () => {
    const { kept } = await threeEpochs();
    const { store, header } = kept.world;
    const phone = store.otherDevice();
    const { length } = bytesOf(header);
    for (let at = 0; at < length; at++) {
      store.header = flip(header, at);
      for (const device of [store, phone]) {
        const code = await codeOf(resumeVault(device, kept.keeper));
        expect(code).toMatch(REFUSED);
        expect(device.pin).toBe(device === phone ? null : store.pin);
      }
    }
    expect(new Set(kept.keeper.calls)).toEqual(new Set(['recall']));
    store.header = header;
    await expectResumes(kept);
  });

  it('takes a vault-key id that was changed for a rekey: the password then tells', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    world.store.header = flip(world.header, 20);
    await expectResumeRefused(kept, { codes: ['UNLOCK_FAILED'] });
    expect(await codeOf(openPinned(world))).toBe('HEADER_TAMPERED');
    world.store.header = world.header;
    await expectResumes({ world, keeper });
  });

  it('gains nothing by a revoked vault key, even where that is the one that is kept', async () => {
    const created = await createKeptWorld();
    const { store, vault: old, recoveryKey } = created.world;
    const stolen = stolenKey(old);
    const { vault } = await rekeyVault(store, await openPinned(created.world), {
      keep: [],
      recoveryKey: (await createWorld()).recoveryKey,
    });
    const { hash } = parseHeader(vault.header);
    const { hash: first } = parseHeader(old.header);
    for (const forgery of [
      { epoch: 3, predecessors: [hash, first] },
      { epoch: 2, predecessors: [first] },
      { epoch: 100, predecessors: Array.from({ length: 32 }, () => hash) },
    ]) {
      store.header = forge(old.header, stolen, forgery);
      expect(await codeOf(openVault(store, byRecoveryKey(recoveryKey)))).toBe('HEADER_ROLLBACK');
      expect(await codeOf(resumeVault(store, created.keeper))).toBe('HEADER_ROLLBACK');
      expect(created.keeper.kept).not.toBeNull();
    }
    store.header = vault.header;
    await keepUnlocked(vault, created.keeper);
    expect((await resumeVault(store, created.keeper))?.header).toBe(vault.header);
  });
});
