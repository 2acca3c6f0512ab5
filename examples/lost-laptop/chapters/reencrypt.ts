import type { Story } from '../../bank-statement/story.js';
import { count, number } from '../../bank-statement/text-width.js';
import type { Finder } from '../finder.js';
import { keyUse } from '../key-use.js';
import { countUnder } from '../under-key.js';
import type { Revoked } from './revoke.js';

/** An app leaves both as they are: it has time. */
const PACE = { pageLength: 100, pauseMs: 100 };

export async function reencryptEverything(
  story: Story,
  { laptop }: Revoked,
  finder: Finder,
): Promise<void> {
  const { terminal, server, owner } = story;
  terminal.chapter('Every row is sealed again under the new key, in the background');
  const underOld = async () => countUnder(await keyUse(server, owner), finder.keyId);
  terminal.fact(
    'under the old key',
    `${count(await underOld(), 'payload')}, counted by the server without any key`,
  );
  const bar = terminal.progress('re-encrypted');
  await laptop.mirror.reencryptAll({
    ...PACE,
    onProgress: ({ done, left }) =>
      bar.update(done / Math.max(1, done + left), `${number(done)} of ${number(done + left)}`),
  });
  bar.done();
  const left = await underOld();
  terminal.fact('under the old key', count(left, 'payload'));
  story.claim('No row on the server names the old key any more', left === 0);
}
