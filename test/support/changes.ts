import type { KdfBackend } from '../../src/index.js';
import {
  addSecret,
  byPassword,
  bySecret,
  changePassword,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { PASSWORD } from './world.js';

export const NEXT_PASSWORD = 'canary-next-password';
export const DEVICE_KEY = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);

/** One change of a vault's header, and the secrets that a user is left with. */
export interface Change {
  readonly name: string;
  run(store: VaultStore, vault: Vault, kdf: KdfBackend): Promise<Vault>;
  /** Opens the vault once the change is done. */
  opener(kdf: KdfBackend): VaultOpener;
}

const byOldPassword = (kdf: KdfBackend) => byPassword(PASSWORD, { kdf });

/** The user's password once a change is done. */
export function passwordAfter({ name }: Change): string {
  return name === 'changePassword' ? NEXT_PASSWORD : PASSWORD;
}

/** Every function that changes a vault. `removeSlot` takes the world's recovery slot. */
export const CHANGES: readonly Change[] = [
  {
    name: 'changePassword',
    run: (store, vault, kdf) =>
      changePassword(store, vault, { current: byOldPassword(kdf), next: NEXT_PASSWORD, kdf }),
    opener: (kdf) => byPassword(NEXT_PASSWORD, { kdf }),
  },
  {
    name: 'rotateDataKey',
    run: (store, vault) => rotateDataKey(store, vault),
    opener: byOldPassword,
  },
  {
    name: 'replaceRecoveryKey',
    run: async (store, vault) => (await replaceRecoveryKey(store, vault)).vault,
    opener: byOldPassword,
  },
  {
    name: 'addSecret',
    run: (store, vault) => addSecret(store, vault, DEVICE_KEY),
    opener: () => bySecret(DEVICE_KEY),
  },
  {
    name: 'removeSlot',
    run: (store, vault) => {
      const slot = vault.slots.find(({ type }) => type === 'recovery-key');
      return removeSlot(store, vault, slot?.id ?? 'there is none');
    },
    opener: byOldPassword,
  },
  {
    name: 'rekeyVault',
    run: async (store, vault, kdf) =>
      (await rekeyVault(store, vault, { keep: [byOldPassword(kdf)] })).vault,
    opener: byOldPassword,
  },
];
