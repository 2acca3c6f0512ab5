/**
 * A laptop is lost, told in chapters: from kit and server to all rows on a new one, and then what the
 * lost one can still open. The exit code is 0 only when every claim held.
 */
import { readStatement } from '../bank-statement/chapters/read-file.js';
import type { Story } from '../bank-statement/story.js';
import { createTerminal } from '../bank-statement/terminal.js';
import { runDemo, withStory } from '../bank-statement/with-story.js';
import { dropTheOldKey } from './chapters/drop-old-key.js';
import { recoverOnNewLaptop } from './chapters/from-the-kit.js';
import { loseTheLaptop } from './chapters/lost.js';
import { bringThePhoneBack } from './chapters/phone-comes-back.js';
import { reencryptEverything } from './chapters/reencrypt.js';
import { revokeTheLaptop } from './chapters/revoke.js';
import { useBothDevices } from './chapters/two-devices.js';
import { summarise } from './chapters/verdict.js';
import { tryEverything } from './chapters/what-the-finder-opens.js';

async function main(): Promise<number> {
  const terminal = createTerminal(process.stdout, process.env);
  terminal.title('rowseal: a laptop is lost');
  terminal.line('Two devices and a server between them; one device is left on a train, unlocked.');
  terminal.line('Each line with a ✓ is a claim that was checked just then.');
  const [path = null] = process.argv.slice(2);
  const statement = readStatement(terminal, path, path === null ? ['date', 'account'] : []);
  return withStory(terminal, statement, tell);
}

async function tell(story: Story): Promise<number> {
  const before = await useBothDevices(story);
  const { finder, edit } = await loseTheLaptop(story, before);
  const recovered = await recoverOnNewLaptop(story, before.kit);
  const revoked = await revokeTheLaptop(story, recovered, finder);
  await reencryptEverything(story, revoked, finder);
  const vault = await dropTheOldKey(story, revoked, finder);
  await bringThePhoneBack(story, { phone: before.phone, laptop: revoked.laptop, edit });
  await tryEverything(story, finder, { vault, phone: before.phone });
  return summarise(story);
}

await runDemo(main);
