import { describe, expect, it } from 'vitest';
import { decryptRow, encryptRow, type RowsealErrorCode } from '../../src/index.js';
import { envelopeBytes, withEnvelope } from '../support/forged-rows.js';
import { createWorld, diary, expectRefused, ROW, type World } from '../support/world.js';

const PREFIX_LENGTH = 58;

/** What each part of an envelope may be refused with once one bit of it is wrong. */
function codesAt(offset: number): RowsealErrorCode[] {
  if (offset === 0) return ['NOT_ENCRYPTED', 'UNSUPPORTED_VERSION', 'ROW_MALFORMED'];
  if (offset <= 32) return ['UNKNOWN_KEY'];
  if (offset === PREFIX_LENGTH - 1) return ['UNSUPPORTED_VERSION'];
  return ['ROW_AUTH_FAILED'];
}

function refuses(
  world: World,
  payload: string,
  codes: readonly RowsealErrorCode[],
): Promise<unknown> {
  const attack = () => decryptRow(world.vault, diary, { ...world.sealed, payload });
  return expectRefused(world, attack, { codes, structural: true });
}

describe('A01: no bit of a payload can be changed', () => {
  it('refuses every flipped bit', async () => {
    const world = await createWorld();
    const honest = envelopeBytes(world.sealed);
    for (let bit = 0; bit < honest.length * 8; bit++) {
      const changed = honest.slice();
      const offset = bit >> 3;
      changed[offset] = (changed[offset] as number) ^ (1 << (bit & 7));
      const { payload } = withEnvelope(world.sealed, changed);
      await refuses(world, payload, codesAt(offset));
    }
  });

  it('refuses every changed character', async () => {
    const world = await createWorld();
    const { payload } = world.sealed;
    for (let at = 0; at < payload.length; at++) {
      const other = payload[at] === 'A' ? 'B' : 'A';
      const changed = payload.slice(0, at) + other + payload.slice(at + 1);
      const codes = new Set([0, 1, 2].flatMap((i) => codesAt(Math.floor((at * 3) / 4) + i)));
      await refuses(world, changed, [...codes]);
    }
  });

  it('refuses the payload cut at every length, in bytes and in characters', async () => {
    const world = await createWorld();
    const honest = envelopeBytes(world.sealed);
    const cut: RowsealErrorCode[] = ['NOT_ENCRYPTED', 'ROW_MALFORMED', 'ROW_AUTH_FAILED'];
    for (let length = 0; length < honest.length; length++) {
      await refuses(world, withEnvelope(world.sealed, honest.slice(0, length)).payload, cut);
    }
    for (let length = 0; length < world.sealed.payload.length; length++) {
      await refuses(world, world.sealed.payload.slice(0, length), cut);
    }
  });

  it('refuses bytes after the end, before the beginning, and in between', async () => {
    const world = await createWorld();
    const honest = envelopeBytes(world.sealed);
    for (const at of [0, 1, 33, 57, 58, honest.length - 16, honest.length]) {
      for (const extra of [1, 3, 16, 64]) {
        for (const byte of [0x00, 0x01, 0xff]) {
          const added = new Array<number>(extra).fill(byte);
          const longer = Uint8Array.from([...honest.slice(0, at), ...added, ...honest.slice(at)]);
          const { payload } = withEnvelope(world.sealed, longer);
          const codes = [...codesAt(0), 'UNKNOWN_KEY', 'ROW_AUTH_FAILED'] as const;
          await refuses(world, payload, codes);
        }
      }
    }
  });
});

describe('A01: two payloads of one place can not be spliced', () => {
  it('refuses the head of one on the tail of another at every 16-byte boundary', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const later = encryptRow(vault, diary, { ...ROW, mood: 5 }, { previous: sealed });
    const [a, b] = [envelopeBytes(sealed), envelopeBytes(later)];
    expect(a.length).toBe(b.length);
    for (let at = PREFIX_LENGTH; at < a.length; at += 16) {
      for (const [head, tail] of [
        [a, b],
        [b, a],
      ] as const) {
        const spliced = Uint8Array.from([...head.slice(0, at), ...tail.slice(at)]);
        await refuses(world, withEnvelope(sealed, spliced).payload, ['ROW_AUTH_FAILED']);
      }
    }
  });

  it('refuses the tag, the nonce or the ciphertext of another payload', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const [a, b] = [envelopeBytes(sealed), envelopeBytes(encryptRow(vault, diary, ROW))];
    for (const [from, to] of [
      [33, 57],
      [PREFIX_LENGTH, a.length - 16],
      [a.length - 16, a.length],
    ] as const) {
      const mixed = a.slice();
      mixed.set(b.subarray(from, to), from);
      await refuses(world, withEnvelope(sealed, mixed).payload, ['ROW_AUTH_FAILED']);
    }
  });
});
