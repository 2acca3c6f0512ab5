import { describe, expect, it } from 'vitest';
import {
  decryptRow,
  keepUnlocked,
  pinOf,
  RowsealError,
  type RowsealErrorCode,
  resumeVault,
} from '../../src/index.js';
import { bytesOf } from '../support/header-surgeon.js';
import {
  createKeptWorld,
  expectResumeRefused,
  expectResumes,
  type KeptWorld,
} from '../support/kept-world.js';
import { expectNowhere } from '../support/secret-search.js';
import { diary, openPinned, ROW, secretsOf } from '../support/world.js';

const KEPT_LENGTH = 81;
const VAULT_KEY_AT = 49;

/** Other bytes come back than were kept: they are refused, and the kept ones open the vault again. */
async function expectBytesRefused(
  kept: KeptWorld,
  bytes: unknown,
  code: RowsealErrorCode,
): Promise<void> {
  const { keeper } = kept;
  const { recall } = keeper;
  keeper.recall = async () => {
    keeper.calls.push('recall');
    return bytes as Uint8Array;
  };
  await expectResumeRefused(kept, { codes: [code] });
  const isThere = bytes instanceof Uint8Array && bytes.length > 0;
  if (isThere) expect(bytes.every((byte) => byte === 0)).toBe(true);
  keeper.recall = recall;
  await expectResumes(kept);
}

/** Bytes whose memory is another worker's now, as `postMessage` leaves them. */
function handedOn(bytes: Uint8Array): Uint8Array {
  structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  return bytes;
}

function bytesIn({ keeper }: KeptWorld): Uint8Array {
  return Uint8Array.from(keeper.kept as Uint8Array);
}

describe('D10: a kept key is taken for another', () => {
  it('of another vault is refused, and opens its own', async () => {
    const [mine, yours] = [await createKeptWorld(), await createKeptWorld()];
    await expectBytesRefused(mine, bytesIn(yours), 'VAULT_MISMATCH');
    await expectResumes(yours);
    const phone = mine.world.store.otherDevice();
    const crossed = { world: mine.world, keeper: yours.keeper };
    await expectResumeRefused(crossed, { codes: ['VAULT_MISMATCH'], device: phone });
  });

  it('mixed from two vaults is refused wherever they are joined', async () => {
    const [mine, yours] = [await createKeptWorld(), await createKeptWorld()];
    for (const at of [1, 17, VAULT_KEY_AT, 60, 70]) {
      const mixed = bytesIn(mine);
      mixed.set(bytesIn(yours).subarray(at), at);
      const code = at === 1 ? 'VAULT_MISMATCH' : 'STORE_FAILED';
      await expectBytesRefused(mine, mixed, code);
    }
  });

  it('changed in any byte is refused as damaged, or as made by a later version', async () => {
    const kept = await createKeptWorld();
    for (let at = 0; at < KEPT_LENGTH; at++) {
      const changed = bytesIn(kept);
      changed[at] = (changed[at] as number) ^ 0x80;
      await expectBytesRefused(kept, changed, 'STORE_FAILED');
    }
    for (let first = 0; first < 256; first++) {
      const changed = bytesIn(kept);
      changed[0] = first;
      if (first === 5) continue;
      const later = first > 5 && first <= 0x1f;
      await expectBytesRefused(kept, changed, later ? 'UNSUPPORTED_VERSION' : 'STORE_FAILED');
    }
  });

  it('of any other length is refused', async () => {
    const kept = await createKeptWorld();
    for (let length = 0; length < 2 * KEPT_LENGTH; length++) {
      if (length === KEPT_LENGTH) continue;
      const bytes = new Uint8Array(length);
      bytes.set(bytesIn(kept).subarray(0, length));
      await expectBytesRefused(kept, bytes, 'STORE_FAILED');
    }
    await expectBytesRefused(kept, new Uint8Array(70_000).fill(5), 'STORE_FAILED');
  });

  it('that is another object of rowseal is refused', async () => {
    const kept = await createKeptWorld();
    const { header, vault, sealed } = kept.world;
    for (const text of [header, pinOf(vault), sealed.payload]) {
      await expectBytesRefused(kept, bytesOf(text), 'STORE_FAILED');
      await expectBytesRefused(kept, bytesOf(text).subarray(0, KEPT_LENGTH), 'STORE_FAILED');
    }
  });

  it.each([
    ['undefined', undefined],
    ['text', 'BQ'],
    ['an ArrayBuffer', new ArrayBuffer(KEPT_LENGTH)],
    ['an array', Array.from({ length: KEPT_LENGTH }, () => 5)],
    ['words', new Uint32Array(KEPT_LENGTH)],
    ['an object', { length: KEPT_LENGTH, 0: 5 }],
    ['false', false],
    ['bytes that were handed on', handedOn(new Uint8Array(KEPT_LENGTH).fill(5))],
  ])('that is %s is refused', async (_, answer) => {
    await expectBytesRefused(await createKeptWorld(), answer, 'STORE_FAILED');
  });

  it('that the keeper takes back while the vault opens opens it all the same', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    const secret = bytesIn(kept);
    keeper.recall = async () => secret;
    const loadPin = world.store.loadPin.bind(world.store);
    let loads = 0;
    world.store.loadPin = () => {
      if (++loads === 2) handedOn(secret);
      return loadPin();
    };
    const vault = await resumeVault(world.store, keeper);
    expect(secret).toHaveLength(0);
    expect(vault && decryptRow(vault, diary, world.sealed)).toEqual(ROW);
  });

  it('that the keeper changes afterwards changes no open vault', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    const shared = bytesIn(kept);
    keeper.recall = async () => shared;
    const vault = await resumeVault(world.store, keeper);
    shared.fill(77);
    expect(vault && decryptRow(vault, diary, world.sealed)).toEqual(ROW);
    await expect(resumeVault(world.store, keeper)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });
});

describe('D06, D08: a keeper that fails', () => {
  const cause = new Error('the enclave is gone');

  it('in recall: STORE_FAILED with its error, and nothing else happened', async () => {
    const kept = await createKeptWorld();
    const { keeper } = kept;
    const recall = keeper.recall;
    for (const failing of [
      () => {
        throw cause;
      },
      () => Promise.reject(cause),
    ]) {
      keeper.recall = () => {
        keeper.calls.push('recall');
        return failing();
      };
      const error = await expectResumeRefused(kept, { codes: ['STORE_FAILED'] });
      expect(error.cause).toBe(cause);
    }
    keeper.recall = recall;
    await expectResumes(kept);
  });

  it("with a refusal of rowseal's own: STORE_FAILED, as if by any other error", async () => {
    const kept = await createKeptWorld();
    const { keeper } = kept;
    const { recall } = keeper;
    const refusal = new RowsealError('HEADER_TAMPERED', 'of the vault that the keeper is built on');
    keeper.recall = () => {
      keeper.calls.push('recall');
      return Promise.reject(refusal);
    };
    const error = await expectResumeRefused(kept, { codes: ['STORE_FAILED'] });
    expect(error.cause).toBe(refusal);
    keeper.recall = recall;
    await expectResumes(kept);
  });

  it('in keep: STORE_FAILED, the vault stays open, the key is nowhere, the buffer zeroed', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    const keep = keeper.keep;
    for (const failing of [
      (): never => {
        throw cause;
      },
      () => Promise.reject(cause),
    ]) {
      keeper.keep = (secret) => {
        keeper.buffers.push(secret);
        return failing();
      };
      const error = await keepUnlocked(world.vault, keeper).catch((refusal) => refusal);
      expect(error).toMatchObject({ code: 'STORE_FAILED', cause });
      expectNowhere(secretsOf(world), error);
      for (const buffer of keeper.buffers) expect(buffer.every((byte) => byte === 0)).toBe(true);
    }
    keeper.keep = keep;
    await keepUnlocked(world.vault, keeper);
    await expectResumes(kept);
  });

  it('by keeping half of it is found out, and healed by the password', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    for (let length = 0; length < KEPT_LENGTH; length += 9) {
      keeper.kept = bytesIn(kept).subarray(0, length);
      await expectResumeRefused(kept, { codes: ['STORE_FAILED'] });
      await keepUnlocked(await openPinned(world), keeper);
      await expectResumes(kept);
    }
  });

  it('by keeping the buffer it was given holds zeros, which open nothing', async () => {
    const { world, keeper } = await createKeptWorld();
    keeper.keep = async (secret) => {
      keeper.kept = secret;
    };
    await keepUnlocked(world.vault, keeper);
    await expectResumeRefused({ world, keeper }, { codes: ['STORE_FAILED'] });
  });

  it('never makes rowseal forget: that is for the app to decide', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    keeper.kept = new Uint8Array(3);
    await expect(resumeVault(world.store, keeper)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await openPinned(world);
    await keepUnlocked(world.vault, keeper);
    expect(keeper.calls).not.toContain('forget');
  });
});
