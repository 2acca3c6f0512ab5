/** Entries of the upload queue that no mirror made, and so none seals again. */
import { startMirror, type UploadEntry, type UploadWrite, uploadWith } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { expect, it, onTestFinished } from 'vitest';
import { schemaOf } from '../support/mirrored-powersync.js';
import { openPowerSync } from '../support/open-powersync.js';
import { tables } from '../support/rekeyed-devices.js';

/** A device whose app wrote the sealed table itself before a mirror first ran. */
async function newDevice(...statements: readonly string[]) {
  const db = await openPowerSync(schemaOf(tables));
  for (const sql of statements) await db.execute(sql);
  const { vault } = vaultForTesting('held exposures');
  const mirror = await startMirror({ db, tables, vault });
  onTestFinished(() => mirror.close());
  await mirror.flush();
  const sent: UploadWrite[] = [];
  const exposed: UploadEntry[] = [];
  const send = async (writes: readonly UploadWrite[]) => {
    sent.push(...writes);
  };
  const onExposure = (entry: UploadEntry) => {
    exposed.push(entry);
  };
  return {
    db,
    sent,
    exposed,
    upload: () => uploadWith({ tables, send })(db),
    uploadMended: () => uploadWith({ tables, send, onExposure })(db),
    waiting: () => db.getAll<{ data: string }>('SELECT data FROM ps_crud'),
  };
}

const PLAIN =
  "INSERT INTO notes_sealed (id, payload) VALUES ('n1', 'what nobody but the user may read, however long it is, and it is long enough to have a payload id in the middle of it')";

it('a payload that is none is refused as plaintext, and handed to onExposure', async () => {
  const { db, exposed, sent, upload, uploadMended, waiting } = await newDevice(PLAIN);
  expect(await waiting()).toHaveLength(1);
  expect(await db.getAll("SELECT * FROM rowseal_queue WHERE dir = 'reseal'")).toEqual([]);
  await expect(upload()).rejects.toMatchObject({ code: 'EXPOSURE_REFUSED' });
  await uploadMended();
  expect(exposed.map(({ id }) => id)).toEqual(['n1']);
  expect(sent).toEqual([]);
  expect(await waiting()).toEqual([]);
});

it('a change of columns without a payload holds nothing up', async () => {
  const { db, sent, upload } = await newDevice(
    "INSERT INTO notes_sealed (id, folder) VALUES ('n1', 'in')",
    'DELETE FROM ps_crud', // as if it had been sent
    "UPDATE notes_sealed SET folder = 'out' WHERE id = 'n1'",
  );
  await upload();
  expect(sent).toMatchObject([{ op: 'PATCH', id: 'n1', data: { folder: 'out' } }]);
  expect(await db.getAll('SELECT * FROM ps_crud')).toEqual([]);
});
