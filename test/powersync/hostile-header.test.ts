/**
 * A hostile server over the wire: the vault's header under a running mirror. Each title begins with the
 * class of attack, as in `test/attacks/README.md`. The mirror says what is wrong and goes on with the
 * vault that it has.
 */

import { expect, it, onTestFinished } from 'vitest';
import { startMirror } from '../../src/adapters/powersync/powersync.js';
import {
  createVault,
  decryptRow,
  memoryStore,
  openVault,
  rekeyVault,
  rotateDataKey,
  type SealedRowOf,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { versionOf } from '../../src/keys/vault-store.js';
import { bytesOf, textOf } from '../support/header-surgeon.js';
import { untilUploaded } from '../support/mirrored-powersync.js';
import { until } from '../support/synced-devices.js';
import { connectedVaultDevice, diary, VAULTS, vaultServer } from '../support/vault-devices.js';
import { quick } from '../vault/users.js';

/** A mirror that follows a vault at epoch 2, and what the server can show it. */
async function followed() {
  const server = await vaultServer();
  await server.dropChecks();
  const { db, store } = await connectedVaultDevice(server, 'laptop');
  const { vault: first } = await createVault(store, quick());
  const vault = await rotateDataKey(store, first);
  const mirror = await startMirror({ db, vault, tables: [diary], vaultStore: store });
  onTestFinished(() => mirror.close());
  const show = (header: string) =>
    server.setColumns(VAULTS, 'ada', { ...versionOf(parseHeader(header)), header });
  const untilShown = (code: string | null) =>
    until(() => expect(mirror.status.header?.code ?? null).toBe(code));
  /** Rows go on under the key of the vault in hand. */
  const expectSealing = async (id: string) => {
    await db.execute('INSERT INTO diary (id, body) VALUES (?, ?)', [id, id]);
    await mirror.flush();
    const sealed = await db.get<SealedRowOf<typeof diary>>(
      'SELECT * FROM diary_sealed WHERE id = ?',
      [id],
    );
    expect(decryptRow(vault, diary, sealed)).toEqual({ id, body: id });
    expect(() => decryptRow(first, diary, sealed)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_KEY' }),
    );
    await untilUploaded(db);
  };
  return { server, db, store, first, vault, mirror, show, untilShown, expectSealing };
}

function flipped(header: string): string {
  const bytes = bytesOf(header);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  return textOf(bytes);
}

it('B04 B06 C04 C05 A07: an earlier, forked, damaged or foreign header is shown, and not followed', async () => {
  const { first, vault, mirror, show, untilShown, expectSealing } = await followed();
  const fork = memoryStore(first.header);
  const forked = await rotateDataKey(fork, await openVault(fork, quick()));
  const { vault: foreign } = await createVault(memoryStore(), quick());
  const shown: readonly [header: string, code: string][] = [
    [first.header, 'HEADER_ROLLBACK'],
    [forked.header, 'HEADER_CONFLICT'],
    [flipped(vault.header), 'HEADER_TAMPERED'],
    [foreign.header, 'VAULT_MISMATCH'],
  ];
  for (const [header, code] of shown) {
    await show(header);
    await untilShown(code);
    expect(mirror.status.state).toBe('running');
    expect(mirror.vault?.header).toBe(vault.header);
    await expectSealing(code);
  }
  await show(vault.header);
  await untilShown(null);
  await expectSealing('honest');
});

it('B07: a header that is gone, or is no header, locks nobody out', async () => {
  const { server, vault, mirror, show, untilShown, expectSealing } = await followed();
  await server.setColumns(VAULTS, 'ada', { header: 'plaintext' });
  await untilShown('HEADER_MALFORMED');
  await expectSealing('no header');
  await server.dropRow(VAULTS, 'ada');
  await untilShown('VAULT_MISSING');
  await expectSealing('gone');
  await server.query(`INSERT INTO ${VAULTS} (id, epoch, hash, header) VALUES ('ada', $1, $2, $3)`, [
    vault.epoch,
    versionOf(parseHeader(vault.header)).hash,
    vault.header,
  ]);
  await show(vault.header);
  await untilShown(null);
  expect(mirror.status.state).toBe('running');
  await server.setColumns(VAULTS, 'ada', { header: 'plaintext' }); // under a hash that was looked at
  await untilShown('HEADER_MALFORMED');
});

it('C06: a header under another vault key stops the mirror once, and never makes it follow', async () => {
  const { vault, mirror, show, untilShown, expectSealing } = await followed();
  const elsewhere = memoryStore(vault.header);
  const rekey = async () =>
    rekeyVault(elsewhere, await openVault(elsewhere, quick()), { keep: [quick()] });
  const { vault: rekeyed } = await rekey();
  await show(rekeyed.header);
  await untilShown('UNLOCK_FAILED');
  await until(() => expect(mirror.status.state).toBe('locked'));
  await mirror.unlock(vault); // the user trusts this device more than that header
  await expectSealing('unlocked');
  await show((await rekey()).vault.header);
  await untilShown('UNLOCK_FAILED');
  await expectSealing('still');
  expect(mirror.status.state).toBe('running');
  expect(mirror.vault?.header).toBe(vault.header);
});
