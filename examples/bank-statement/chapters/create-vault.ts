import { byPassword, createVault, type Vault } from 'rowseal';
import type { Device } from '../device.js';
import { PASSWORDS, type Story, watched } from '../story.js';
import { seconds } from '../text-width.js';

/** A vault, and what the user writes down. */
export interface NewVault {
  readonly vault: Vault;
  readonly recoveryKey: string;
}

export async function createUserVault(story: Story, laptop: Device): Promise<NewVault> {
  const { terminal } = story;
  terminal.chapter('The laptop creates a vault');
  const { result, milliseconds } = await watched(story, (options) =>
    createVault(laptop.store, byPassword(PASSWORDS.first), options),
  );
  await laptop.mirror.unlock(result.vault);
  terminal.fact('password', PASSWORDS.first);
  terminal.fact('recovery key', `${result.recoveryKey}  (shown once)`);
  terminal.fact('took', `${seconds(milliseconds)}, nearly all of it Argon2id`);
  return result;
}
