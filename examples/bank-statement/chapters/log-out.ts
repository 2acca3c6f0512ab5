import { logOut } from 'rowseal/powersync';
import { countWrites } from '../claims.js';
import { type Device, deviceFiles } from '../device.js';
import { encryptedValues, secretsOf, visibleValues } from '../searched-values.js';
import { rowVersions } from '../server.js';
import type { Story } from '../story.js';
import { count, megabytes, number } from '../text-width.js';
import { valuesIn } from '../values-in.js';

/** @param empty the phone's files before the first row came: names of columns stand in them */
export async function logOutOnPhone(
  story: Story,
  phone: Device,
  recoveryKey: string,
  empty: readonly Uint8Array[],
): Promise<void> {
  const { terminal, server, own } = story;
  terminal.chapter('The user logs out on the phone');
  const values = [...encryptedValues(story), ...visibleValues(story)];
  const search = async (sought: readonly string[]) => {
    const files = [...(await deviceFiles(phone)).values()];
    const bytes = files.reduce((sum, { length }) => sum + length, 0);
    return { bytes, ...valuesIn(files, { values: sought, ordinary: empty, random: own.ids }) };
  };
  const before = await search(values);
  const versions = await rowVersions(server);
  const uploads = async () =>
    (await server.sync.uploads()).filter(({ device }) => device === phone.name).length;
  const uploadsBefore = await uploads();
  await logOut(phone.db);
  const after = await search([...values, ...secretsOf(recoveryKey)]);
  const { count: queued } = await phone.db.getUploadQueueStats();
  const sent = (await uploads()) - uploadsBefore;
  const written = countWrites(versions, await rowVersions(server));

  terminal.fact('searched for', count(before.searched, 'value'));
  terminal.fact(
    'found before',
    `${number(before.found.size)}, in ${megabytes(before.bytes)} of database and WAL`,
  );
  terminal.fact('found after', `${number(after.found.size)}, in ${megabytes(after.bytes)}`);
  terminal.fact('sent to the server', `${count(sent, 'upload')}, ${count(queued, 'write')} queued`);
  story.claim(
    'Log-out leaves no value of the file in database and WAL, where the same search found them',
    after.found.size === 0 && before.found.size >= before.searched / 2,
  );
  story.claim('Log-out deletes nothing on the server', written + sent + queued === 0);
}
