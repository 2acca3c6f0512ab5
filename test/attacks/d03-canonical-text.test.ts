import { describe, expect, it } from 'vitest';
import { decryptRow, defineTable, encrypted, encryptRow } from '../../src/index.js';
import { envelopeBytes } from '../support/forged-rows.js';
import { createWorld, diary, expectRefused, ROW } from '../support/world.js';

describe('D03: payload text has one spelling', () => {
  const tight = defineTable('tight', { body: encrypted.text() }, { padding: 'none' });

  it('refuses padding, white space and the other alphabet', async () => {
    const world = await createWorld();
    const { payload } = world.sealed;
    const insertions = ['=', '==', '\n', ' ', '\t', '\r\n', '\0', '+', '/', '.', '\u00a0', 'Ａ'];
    for (const extra of insertions) {
      for (const at of [0, 1, 4, 60, payload.length - 1, payload.length]) {
        const changed = payload.slice(0, at) + extra + payload.slice(at);
        const attack = () => decryptRow(world.vault, diary, { ...world.sealed, payload: changed });
        const codes =
          at < 4 ? (['NOT_ENCRYPTED', 'ROW_MALFORMED'] as const) : (['ROW_MALFORMED'] as const);
        await expectRefused(world, attack, { codes, structural: true });
      }
    }
  });

  it('refuses "+/" where "-_" belongs, and the other way round', async () => {
    const world = await createWorld();
    let tried = 0;
    for (let i = 0; tried < 20 && i < 200; i++) {
      const sealed = encryptRow(world.vault, diary, ROW);
      const payload = sealed.payload.replaceAll('-', '+').replaceAll('_', '/');
      if (payload === sealed.payload) continue;
      tried += 1;
      const attack = () => decryptRow(world.vault, diary, { ...sealed, payload });
      // Among the first four characters it does not even look like an envelope.
      const codes = ['ROW_MALFORMED', 'NOT_ENCRYPTED'] as const;
      await expectRefused(world, attack, { codes, structural: true });
    }
    expect(tried).toBe(20);
  });

  it('refuses every non-zero trailing bit', async () => {
    const world = await createWorld();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const seen = new Set<number>();
    for (const body of ['', 'x', 'xx']) {
      const sealed = encryptRow(world.vault, tight, { id: 't', body });
      const remainder = envelopeBytes(sealed).length % 3;
      seen.add(remainder);
      const spare = remainder === 1 ? 16 : remainder === 2 ? 4 : 1;
      const last = alphabet.indexOf(sealed.payload.slice(-1));
      for (let bits = 1; bits < spare; bits++) {
        const payload = sealed.payload.slice(0, -1) + alphabet[last + bits];
        const attack = () => decryptRow(world.vault, tight, { ...sealed, payload });
        await expectRefused(world, attack, { codes: ['ROW_MALFORMED'], structural: true });
      }
      expect(decryptRow(world.vault, tight, sealed)).toEqual({ id: 't', body });
    }
    expect(seen).toEqual(new Set([0, 1, 2]));
  });
});
