import { expect, it } from 'vitest';
import { byPassword, createVault, decryptRow, encryptRow, openVault } from '../../src/index.js';
import { openStore } from '../support/open-store.js';
import { diary, PASSWORD, ROW } from '../support/world.js';

it('a vault opens by its password through the Argon2id that comes with the package', async () => {
  const store = openStore();
  const { vault } = await createVault(store, byPassword(PASSWORD), { recovery: false });
  const sealed = encryptRow(vault, diary, ROW);

  const shares: number[] = [];
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const opened = await openVault(store.otherDevice(), byPassword(PASSWORD), {
    onProgress: (share) => shares.push(share),
  });
  clearInterval(timer);

  expect(decryptRow(opened, diary, sealed)).toEqual(ROW);
  expect(turns, 'turns of the event loop meanwhile').toBeGreaterThan(0);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.length).toBeGreaterThan(2);
  expect(shares.at(-1)).toBe(1);

  const controller = new AbortController();
  const reason = new Error('gone');
  const aborted = openVault(store, byPassword(PASSWORD), {
    signal: controller.signal,
    onProgress: (share) => {
      if (share > 0) controller.abort(reason);
    },
  });
  await expect(aborted).rejects.toBe(reason);
});
