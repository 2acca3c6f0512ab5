/**
 * A vault's history by the public functions of this package, from a seed: headers and rows as they
 * are really written.
 */
import { argon2id } from 'hash-wasm';
import type { KdfBackend } from '../../../../src/crypto/kdf.js';
import {
  addSecret,
  byPassword,
  changePassword,
  createVault,
  memoryStore,
  proveRecoveryKey,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
  type VaultOpener,
} from '../../../../src/index.js';
import { type Bytes, named, utf8 } from '../bytes.js';
import { setClock } from '../fixed-platform.js';
import { PASSWORD } from '../worlds.js';

export const START = 1_767_323_045_678;
const HOUR = 3_600_000;
const NEXT_PASSWORD = 'an even better sentence';
const SECRET = named('the passkey of a made vault', 32);

/** Each tag is derived once, however often the files are made. */
const tags = new Map<string, Promise<Uint8Array>>();
const kdf: KdfBackend = {
  name: 'hash-wasm, remembered',
  async argon2id({ password, salt, memoryKiB, passes, lanes }) {
    const name = [password, salt, memoryKiB, passes, lanes].join();
    const costs = { memorySize: memoryKiB, iterations: passes, parallelism: lanes };
    const run = () => argon2id({ password, salt, ...costs, hashLength: 32, outputType: 'binary' });
    const tag = tags.get(name) ?? run();
    tags.set(name, tag);
    return (await tag).slice();
  },
};

const atLeastCosts = (opener: VaultOpener): VaultOpener => ({
  ...opener,
  costs: { memoryKiB: 19_456, passes: 2, lanes: 1 },
});

/** A vault as it was after one call. */
export interface Made {
  readonly name: string;
  readonly comment: string;
  readonly vault: Vault;
  /** As in the files of `headers`. */
  readonly open:
    | { readonly password: string }
    | { readonly recoveryKey: string }
    | { readonly secret: Bytes };
  /** The header that was pinned when this one was stored. */
  readonly pinned: Vault | null;
  /** What its recovery proof must say, if it has one. */
  readonly proved?: { readonly slotId: string; readonly provedAt: number };
}

/** The history, and what was written into the vault while it was new. */
export async function madeVaults<Written>(write: (vault: Vault) => Written) {
  const made: Made[] = [];
  const store = memoryStore();
  const add = (name: string, comment: string, vault: Vault, open: Made['open']): Vault => {
    made.push({ name, comment, vault, open, pinned: made.at(-1)?.vault ?? null });
    setClock(START + made.length * HOUR);
    return vault;
  };
  setClock(START);
  const password = atLeastCosts(byPassword(PASSWORD, { kdf }));
  const created = await createVault(store, password);
  let vault = add('created', 'createVault', created.vault, { password: PASSWORD });
  const written = write(vault);
  setClock(START + HOUR);
  vault = await addSecret(store, vault, SECRET, { info: utf8('passkey') });
  add('secret-added', 'addSecret', vault, { secret: SECRET });
  const current = byPassword(PASSWORD, { kdf });
  vault = await changePassword(store, vault, { current, next: NEXT_PASSWORD, kdf });
  add('password-changed', 'changePassword', vault, { password: NEXT_PASSWORD });
  vault = add('rotated', 'rotateDataKey', await rotateDataKey(store, vault), { secret: SECRET });
  const replaced = await replaceRecoveryKey(store, vault);
  const { recoveryKey } = replaced;
  vault = add('recovery-key-replaced', 'replaceRecoveryKey', replaced.vault, { recoveryKey });
  const secretSlot = vault.slots.find(({ type }) => type === 'secret');
  vault = await removeSlot(store, vault, secretSlot?.id as string);
  add('slot-removed', 'removeSlot', vault, { recoveryKey });
  const keep = [byPassword(NEXT_PASSWORD, { kdf })];
  const rekeyed = await rekeyVault(store, vault, { keep });
  add('rekeyed', 'rekeyVault', rekeyed.vault, { recoveryKey: rekeyed.recoveryKey });
  const { recoveryKey: last } = rekeyed;
  const provedAt = START + made.length * HOUR;
  const proved = await proveRecoveryKey(store, rekeyed.vault, last);
  add('recovery-key-proved', 'proveRecoveryKey', proved, { recoveryKey: last });
  const slot = proved.slots.find(({ type }) => type === 'recovery-key');
  const slotId = Buffer.from(slot?.id as string, 'base64url').toString('hex');
  const history = made.map((each) =>
    each.vault === proved ? { ...each, proved: { slotId, provedAt } } : each,
  );
  return { history, written };
}
