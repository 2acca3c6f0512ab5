/** Who listens to a vault's header can't stop that it is watched. */
import { powerSyncVaultStore } from 'rowseal/powersync';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { openPowerSync } from '../support/open-powersync.js';
import { until } from '../support/synced-devices.js';
import { vaultSchema } from '../support/vault-devices.js';

afterEach(() => void vi.unstubAllGlobals());

it('listeners that throw or reject are told to the host, and called for the next header', async () => {
  const reported: unknown[] = [];
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
  const db = await openPowerSync(vaultSchema);
  const store = powerSyncVaultStore(db, { user: 'ada', save: async () => null });
  const throwing = () => {
    throw new Error('thrown');
  };
  const rejecting = async () => throwing();
  for (const listener of [throwing, rejecting]) onTestFinished(store.onHeader(listener));
  for (const [at, header] of ['one', 'two'].entries()) {
    await db.execute("DELETE FROM ps_untyped WHERE type = 'rowseal_vaults'");
    await db.execute(
      "INSERT INTO ps_untyped (type, id, data) VALUES ('rowseal_vaults', 'ada', json_object('header', ?))",
      [header],
    );
    await until(() => expect(reported).toHaveLength(2 * (at + 1)));
  }
  expect(new Set(reported.map(String))).toEqual(new Set(['Error: thrown']));
});

it('listeners hear of a header that came and went, by what the device remembers', async () => {
  const db = await openPowerSync(vaultSchema);
  const store = powerSyncVaultStore(db, { user: 'ada', save: async () => null });
  await db.execute(
    `INSERT INTO ps_untyped (type, id, data)
    VALUES ('rowseal_vaults', 'ada', json_object('header', 'one'))`,
  );
  let calls = 0;
  onTestFinished(
    store.onHeader(() => {
      calls += 1;
    }),
  );
  await until(() => expect(calls).toBe(1));
  await store.savePin('two');
  await until(() => expect(calls).toBe(2));
});
