import { describe, expect, it } from 'vitest';
import { decryptRow, defineTable, encryptRow } from '../../src/index.js';
import { createWorld, diary, expectRefused, ROW } from '../support/world.js';

const other = defineTable('notes', diary.columns);

describe('A02: a payload opens only in its own place', () => {
  it('refuses every cross placement of rows and tables', async () => {
    const world = await createWorld();
    const { vault } = world;
    const places = [
      { table: diary, sealed: encryptRow(vault, diary, ROW) },
      { table: diary, sealed: encryptRow(vault, diary, { ...ROW, id: 'r2' }) },
      { table: other, sealed: encryptRow(vault, other, ROW) },
    ];
    for (const [i, from] of places.entries()) {
      for (const [j, to] of places.entries()) {
        const moved = { ...to.sealed, payload: from.sealed.payload };
        if (i === j) expect(decryptRow(vault, to.table, moved)).toBeTruthy();
        else {
          const attack = () => decryptRow(vault, to.table, moved);
          await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
        }
      }
    }
  });

  it.each(['r1 ', 'R1', 'r', 'r11', 'r1\0', 'ｒ1'])(
    'refuses the row under the id %j',
    async (id) => {
      const world = await createWorld();
      const attack = () => decryptRow(world.vault, diary, { ...world.sealed, id });
      await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
    },
  );
});
