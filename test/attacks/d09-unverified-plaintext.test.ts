import { describe, expect, it, vi } from 'vitest';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import {
  type AeadBackend,
  byPassword,
  type Column,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encrypted,
  encryptRow,
  openVault,
} from '../../src/index.js';
import { envelopeBytes, withEnvelope } from '../support/forged-rows.js';
import { CANARY, createWorld, diary, expectRefused, PASSWORD, ROW } from '../support/world.js';

/** A column that tells when its bytes are read. */
function watched(seen: (bytes: Uint8Array) => void): Column<'encrypted', string, 'required'> {
  const column = encrypted.text();
  return {
    ...column,
    codec: {
      ...column.codec,
      decode(bytes) {
        seen(bytes);
        return column.codec.decode(bytes);
      },
    },
  };
}

describe('D09: no plaintext before the tag was checked', () => {
  it('reads no value of a row whose last bit is wrong, also of a large one', async () => {
    const world = await createWorld();
    const seen = vi.fn();
    const table = defineTable('notes', { body: watched(seen) });
    for (const length of [1, 1_000, 900_000]) {
      const row = { id: 'n', body: CANARY.padEnd(length, '.') };
      const sealed = encryptRow(world.vault, table, row);
      const envelope = envelopeBytes(sealed);
      const last = envelope.length - 1;
      envelope[last] = (envelope[last] as number) ^ 1;
      const served = withEnvelope(sealed, envelope);
      for (const attack of [
        () => decryptRow(world.vault, table, served),
        () => decryptRowDetails(world.vault, table, served),
        () => encryptRow(world.vault, table, row, { previous: served }),
      ]) {
        await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
      }
      expect(seen).not.toHaveBeenCalled();
      expect(decryptRow(world.vault, table, sealed)).toEqual(row);
      expect(seen).toHaveBeenCalled();
      seen.mockClear();
    }
  });

  it('gets nothing from a backend that finds the tag wrong', async () => {
    const world = await createWorld();
    const events: string[] = [];
    const aead: AeadBackend = {
      ...nobleAead,
      open(...parameters) {
        const plaintext = nobleAead.open(...parameters);
        events.push(plaintext ? 'verified' : 'refused');
        return plaintext;
      },
    };
    const table = defineTable('notes', { body: watched(() => events.push('read')) });
    const { store, kdf } = world;
    const vault = await openVault(store, byPassword(PASSWORD, { kdf }), { aead });
    const sealed = encryptRow(vault, table, { id: 'n', body: CANARY });
    events.length = 0;
    decryptRow(vault, table, sealed);
    expect(events).toEqual(['verified', 'read']);

    events.length = 0;
    const attack = () => decryptRow(vault, table, { ...sealed, id: 'm' });
    await expectRefused({ ...world, vault }, attack, { codes: ['ROW_AUTH_FAILED'] });
    expect(events).toEqual(['refused']);
  });

  it('answers at once, with nothing that could resolve later', async () => {
    const { vault, sealed } = await createWorld();
    for (const answer of [decryptRow(vault, diary, sealed), encryptRow(vault, diary, ROW)]) {
      expect(answer).not.toBeInstanceOf(Promise);
      expect(answer).not.toHaveProperty('then');
    }
  });

  it('tells a wrong tag before it tells anything about what is under it', async () => {
    const world = await createWorld();
    const table = defineTable('notes', { body: encrypted.text() });
    const other = defineTable('notes', { body: encrypted.integer().storedAs('other') });
    const sealed = encryptRow(world.vault, table, { id: 'n', body: CANARY });
    const honest = () => decryptRow(world.vault, other, sealed as never);
    await expectRefused(world, honest, { codes: ['ROW_MALFORMED'] });
    const moved = () => decryptRow(world.vault, other, { ...sealed, id: 'm' } as never);
    await expectRefused(world, moved, { codes: ['ROW_AUTH_FAILED'] });
  });
});
