import {
  byPassword,
  byRecoveryKey,
  memoryStore,
  openVault,
  refreshVault,
  rekeyVault,
  type Vault,
} from 'rowseal';
import { refusalOf } from '../../bank-statement/claims.js';
import type { Device } from '../../bank-statement/device.js';
import { PASSWORDS, type Story, watched } from '../../bank-statement/story.js';
import type { Finder } from '../finder.js';
import type { Recovered } from './from-the-kit.js';

/** The vault under its new key, open on the new laptop. */
export interface Revoked {
  readonly laptop: Device;
  readonly vault: Vault;
}

export async function revokeTheLaptop(
  story: Story,
  { laptop, vault }: Recovered,
  finder: Finder,
): Promise<Revoked> {
  const { terminal } = story;
  terminal.chapter('A new password revokes nothing; rekeyVault does');
  const { result } = await watched(story, (options) =>
    rekeyVault(laptop.store, vault, { keep: [byPassword(PASSWORDS.second)], ...options }),
  );
  await laptop.mirror.unlock(result.vault);
  terminal.fact('new recovery key', `${result.recoveryKey}  (a new kit is printed)`);
  terminal.fact('dropped', result.dropped.map(({ type }) => type).join(', '));
  const refusals = await refusalsOf(finder, result.vault.header);
  for (const [what, code] of refusals) terminal.fact(`the old ${what}`, code);
  story.claim(
    'Nothing that the lost laptop knew opens the vault any more (UNLOCK_FAILED)',
    refusals.every(([, code]) => code === 'UNLOCK_FAILED'),
  );
  return { laptop, vault: result.vault };
}

/** Every secret that the finder has, against the header of today. */
async function refusalsOf({ vault, pin, password, recoveryKey }: Finder, header: string) {
  const store = memoryStore(header);
  await store.savePin(pin);
  const attempts = {
    password: () => openVault(store, byPassword(password)),
    'recovery key': () => openVault(store, byRecoveryKey(recoveryKey)),
    'open vault': () => refreshVault(store, vault),
  };
  const refusals: (readonly [what: string, code: string])[] = [];
  for (const [what, attempt] of Object.entries(attempts)) {
    refusals.push([what, (await refusalOf(attempt)) ?? 'opens it']);
  }
  return refusals;
}
