/** What the app's server answers to a changed vault, or does not. */
import { describe, expect, it } from 'vitest';
import {
  bySecret,
  changePassword,
  createVault,
  openVault,
  pinOf,
  rotateDataKey,
} from '../../src/index.js';
import { until } from '../support/synced-devices.js';
import {
  connectedVaultDevice,
  directly,
  offline,
  type Save,
  type VaultDevice,
} from '../support/vault-devices.js';
import { quick } from '../vault/users.js';
import { changeTo, NEXT, newVault, refusal, SECRET, stored, untilHere } from './vault-user.js';

describe('an answer of the server', () => {
  /** How often the server was asked. */
  function counted(device: VaultDevice, answers: readonly ((save: Save) => Save)[]) {
    const asked = { times: 0 };
    device.through = (save) => (change) => (answers[asked.times++] ?? directly)(save)(change);
    return asked;
  }
  const lost = (save: Save): Save => {
    return async (change) => {
      await save(change);
      throw new Error('The connection broke.');
    };
  };
  const saying = (answer: unknown) => {
    return (save: Save): Save => {
      return async (change) => {
        await save(change);
        return answer as null;
      };
    };
  };

  const UNCLEAR: readonly [string, (save: Save) => Save][] = [
    ['lost', lost],
    ['nothing', saying(undefined)],
    ['a response', saying({ ok: true, status: 200 })],
    ['without a number', saying({ epoch: 'many', hash: 'x' })],
    ['without a hash', saying({ epoch: 2 })],
    ['text', saying('done')],
    ['of a server that was never reached', offline],
  ];

  it('is lost or says nothing: the same change is sent once more, and it stands', async () => {
    const { laptop, vault } = await newVault();
    let here = vault;
    for (const [what, answer] of UNCLEAR) {
      const asked = counted(laptop, [answer]);
      const next = await rotateDataKey(laptop.store, here);
      expect([what, next.epoch, asked.times]).toEqual([what, here.epoch + 1, 2]);
      expect((await openVault(laptop.store, quick())).header).toBe(next.header);
      here = next;
    }
  });

  it('comes with a bigint as text, as some clients of Postgres have it', async () => {
    const { laptop, vault } = await newVault();
    laptop.through = (save) => async (change) => {
      const answer = await save(change);
      return answer && { ...answer, epoch: String(answer.epoch) as unknown as number };
    };
    expect((await rotateDataKey(laptop.store, vault)).epoch).toBe(2);
  });

  it('is lost twice: nobody can say, and either secret opens what stands', async () => {
    const { laptop, vault } = await newVault();
    const pin = await laptop.store.loadPin();
    counted(laptop, [lost, lost]);
    const { code, message } = await refusal(changePassword(laptop.store, vault, changeTo(NEXT)));
    expect([code, message]).toEqual(['STORE_FAILED', expect.stringContaining('may be in effect')]);
    expect(await laptop.store.loadPin()).toBe(pin);
    await until(() => openVault(laptop.store, quick(NEXT)));
    expect((await refusal(openVault(laptop.store, quick()))).code).toBe('UNLOCK_FAILED');
  });

  it('is given for what was forgotten: that is not believed', async () => {
    const { server } = await newVault();
    const phone = await connectedVaultDevice(server, 'phone');
    await openVault(phone.store, quick());
    await phone.db.disconnect();
    const again = await connectedVaultDevice(server, 'phone', { file: phone.file, timeout: 300 });
    const there = await openVault(again.store, quick());
    const pin = await again.store.loadPin();
    again.through =
      () =>
      async ({ epoch, hash }) => ({ epoch, hash });
    const { code, message } = await refusal(changePassword(again.store, there, changeTo(NEXT)));
    expect([code, message]).toEqual(['STORE_FAILED', expect.stringContaining('may be in effect')]);
    expect(await again.store.loadPin()).toBe(pin);
    // The old password opens, and the change can be made.
    again.through = directly;
    const opened = await openVault(again.store, quick());
    expect((await changePassword(again.store, opened, changeTo(NEXT))).epoch).toBe(2);
  });

  it('says that nothing was stored: the old header stands', async () => {
    const { laptop, vault } = await newVault();
    laptop.through =
      () =>
      async ({ expected }) =>
        expected;
    const { code, message } = await refusal(rotateDataKey(laptop.store, vault));
    expect([code, message]).toEqual(['STORE_FAILED', expect.stringContaining('old one still')]);
  });

  it('says that nothing is there: the vault is missing, once the sync says so too', async () => {
    const { server, laptop, vault } = await newVault();
    laptop.through = (save) => async (change) => {
      await server.dropRow('rowseal_vaults', 'ada');
      return save(change);
    };
    expect((await refusal(rotateDataKey(laptop.store, vault))).code).toBe('VAULT_MISSING');
  });

  it('tells of a still newer header, which follows from ours', async () => {
    const { server, laptop, vault } = await newVault();
    const phone = await connectedVaultDevice(server, 'phone');
    const there = await openVault(phone.store, quick());
    laptop.through = (save) => async (change) => {
      await save(change);
      await until(async () => rotateDataKey(phone.store, await phone.store.refresh(there)));
      return save(change);
    };
    const next = await rotateDataKey(laptop.store, vault);
    expect(next.epoch).toBe(2);
    expect((await untilHere(laptop, next, await stored(server))).epoch).toBe(3);
  });

  it('comes for a vault that replaces a later one', async () => {
    const { server, laptop, vault } = await newVault();
    const last = await rotateDataKey(laptop.store, await rotateDataKey(laptop.store, vault));
    const { vault: other } = await createVault(laptop.store, bySecret(SECRET), {
      replaces: pinOf(last),
    });
    expect(other.epoch).toBe(1);
    expect(await stored(server)).toBe(other.header);
  });
});
