/** Each chapter's claims fail where they should. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byPassword, openVault } from 'rowseal';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { changeThePassword } from '../../examples/bank-statement/chapters/changed-password.js';
import { deleteRow } from '../../examples/bank-statement/chapters/deleted-row.js';
import { recoverOnTablet } from '../../examples/bank-statement/chapters/forgotten-password.js';
import { importFile } from '../../examples/bank-statement/chapters/import-file.js';
import { logOutOnPhone } from '../../examples/bank-statement/chapters/log-out.js';
import { editOffline } from '../../examples/bank-statement/chapters/offline-edits.js';
import { readOnPhone, showsAll } from '../../examples/bank-statement/chapters/phone-reads.js';
import { tamperWithRow } from '../../examples/bank-statement/chapters/tampered-row.js';
import { type Device, deviceFiles } from '../../examples/bank-statement/device.js';
import { SEALED_TABLE } from '../../examples/bank-statement/server.js';
import { PASSWORDS, type Story } from '../../examples/bank-statement/story.js';
import {
  createPasswordVault,
  statementIn,
  statementStory,
  storyUser,
} from '../support/statement-story.js';

/** The demo's own test derives keys as an app does. */
vi.mock('../../src/crypto/noble-argon2id.js', async () => {
  const { fastKdf } = await import('../support/fast-kdf.js');
  return { nobleArgon2id: fastKdf() };
});

const CSV = 'who,sum\nMøller & Strand,-12.50\n"Bäckerei ""Mühle""",-3.20\n';
const PHONE_IS_DOWN = { kind: 'unavailable', device: 'phone', times: 1000 } as const;

let story: Story;
const sync = () => story.server.sync;
const broken = () => story.claims.flatMap(({ text, holds }) => (holds ? [] : [text]));

beforeEach(async () => {
  ({ story } = await statementStory(statementIn(CSV)));
});

/** Where a chapter waits in vain, it need not wait long. */
const impatient = () => ({ ...story, patience: 1500 });

/** Both devices with all rows of the file. */
async function twoDevices() {
  const user = await storyUser(story);
  const { device: laptop } = await user.device('laptop');
  await importFile(story, laptop);
  const { device, vault } = await user.device('phone');
  expect(await showsAll(story, device)).toBe(true);
  return { user, laptop, device, vault };
}

describe('a claim does not hold', () => {
  it('when the phone is not given the rows', async () => {
    const laptop = await story.newDevice('laptop');
    await createPasswordVault(laptop);
    await importFile(story, laptop);
    await sync().withhold('phone', SEALED_TABLE, true);
    await readOnPhone(impatient(), await story.newDevice('phone'));
    expect(broken()).toEqual([expect.stringContaining('the phone reads with plain SQL')]);
  });

  it('when an offline edit never arrives', async () => {
    const { laptop, device: phone } = await twoDevices();
    await sync().failUploads(PHONE_IS_DOWN);
    await editOffline(impatient(), laptop, phone);
    expect(broken()).toEqual([expect.stringContaining('Two edits of one row')]);
  });

  it('when a delete never arrives', async () => {
    const { laptop, device: phone } = await twoDevices();
    await sync().failUploads(PHONE_IS_DOWN);
    await deleteRow(impatient(), laptop, phone);
    expect(broken()).toEqual([expect.stringContaining('deleted on one device is gone')]);
  });

  it('when a new password writes rows, or what the phone writes then is lost', async () => {
    const laptop = await story.newDevice('laptop');
    const vault = await createPasswordVault(laptop);
    await importFile(story, laptop);
    const phone = await story.newDevice('phone');
    const phoneVault = await openVault(phone.store, byPassword(PASSWORDS.first));
    await phone.mirror.unlock(phoneVault);
    expect(await showsAll(story, phone)).toBe(true);
    for (const statement of ROWS_FOLLOW_HEADER) await sync().query(statement);
    await sync().failUploads(PHONE_IS_DOWN);
    await changeThePassword(
      impatient(),
      { device: laptop, vault },
      { device: phone, vault: phoneVault },
    );
    expect(broken()).toEqual([
      'The password changes in one call that writes no row',
      expect.stringContaining('The phone follows'),
    ]);
  });

  it('when the recovery key opens a vault and no rows', async () => {
    const { user } = await twoDevices();
    await sync().withhold('tablet', SEALED_TABLE, true);
    await recoverOnTablet(impatient(), user.recoveryKey);
    expect(broken()).toEqual(['The recovery key opens every row']);
  });

  it('when nobody notices a tampered row', async () => {
    const { device: phone, vault } = await twoDevices();
    await sync().cutOff('phone');
    await tamperWithRow(impatient(), phone, vault);
    expect(broken()).toEqual([expect.stringContaining('keeps showing what it said before')]);
  });
});

describe('the edits of two devices', () => {
  it('are made once both devices have the row', async () => {
    const user = await storyUser(story);
    const { device: laptop } = await user.device('laptop');
    await importFile(story, laptop);
    const phone = await story.newDevice('phone'); // locked: it shows nothing yet
    const edited = editOffline(story, laptop, phone);
    const vault = await openVault(phone.store, user.opener);
    await phone.mirror.unlock(vault);
    await edited;
    expect(broken()).toEqual([]);
    expect(story.claims).toHaveLength(1);
  });

  it('are not made of a row that never comes', async () => {
    const user = await storyUser(story);
    const { device: laptop } = await user.device('laptop');
    await importFile(story, laptop);
    const phone = await story.newDevice('phone');
    await expect(editOffline(impatient(), laptop, phone)).rejects.toThrow('did not come');
  });
});

describe('the claims about log-out', () => {
  const logOutOn = async (phone: Device, recoveryKey: string) => {
    const empty = [new Uint8Array(0)];
    await logOutOnPhone(story, phone, recoveryKey, empty);
  };

  it('hold', async () => {
    const { device: phone, user } = await twoDevices();
    await logOutOn(phone, user.recoveryKey);
    expect(broken()).toEqual([]);
    expect((await deviceFiles(phone)).size).toBeGreaterThan(0);
  });

  it('fail when a value is left in a file', async () => {
    const { device: phone, user } = await twoDevices();
    await writeFile(join(phone.folder, 'notes.txt'), JSON.stringify('Bäckerei "Mühle"'));
    await logOutOn(phone, user.recoveryKey);
    expect(broken()).toEqual([expect.stringContaining('Log-out leaves no value')]);
  });

  it('fail when there was nothing to be found before', async () => {
    const { user } = await twoDevices();
    await logOutOn(await story.newDevice('tablet'), user.recoveryKey);
    expect(broken()).toEqual([expect.stringContaining('Log-out leaves no value')]);
  });

  it('fail when the phone sends something', async () => {
    const { device: phone, user } = await twoDevices();
    const { uploads } = sync();
    let calls = 0;
    const more = { device: 'phone', owner: story.owner, writes: [] };
    const counting = async () => [...(await uploads()), ...(calls++ === 0 ? [] : [more])];
    story = { ...story, server: { ...story.server, sync: { ...sync(), uploads: counting } } };
    await logOutOn(phone, user.recoveryKey);
    expect(broken()).toEqual(['Log-out deletes nothing on the server']);
  });
});

/** What a backend could do that keeps a copy of something of the header in each row. */
const ROWS_FOLLOW_HEADER = [
  `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN UPDATE ${SEALED_TABLE} SET owner_id = owner_id; RETURN NEW; END $$`,
  'CREATE TRIGGER touch AFTER UPDATE ON vaults FOR EACH ROW EXECUTE FUNCTION touch()',
];
