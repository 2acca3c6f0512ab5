import { dropRetiredKeys, type Vault } from 'rowseal';
import type { Story } from '../../bank-statement/story.js';
import type { Finder } from '../finder.js';
import { closeKeys } from '../key-use.js';
import type { Revoked } from './revoke.js';

/** The phone is still offline: its edit is sealed under the key that goes here. */
export async function dropTheOldKey(
  story: Story,
  { laptop, vault }: Revoked,
  finder: Finder,
): Promise<Vault> {
  const { terminal, server, owner } = story;
  terminal.chapter('The old key is closed on the server, and dropped from the vault');
  const { vault: next, dropped } = await dropRetiredKeys(laptop.store, vault, {
    closeKeys: (prefixes) => closeKeys(server, owner, prefixes),
  });
  await laptop.mirror.unlock(next);
  terminal.fact('keys in the vault', `${next.keys.length}: ${next.keys[0]?.status}`);
  story.claim(
    'The old key is gone: no header from now on holds it',
    dropped.includes(finder.keyId) && next.keys.every(({ id }) => id !== finder.keyId),
  );
  return next;
}
