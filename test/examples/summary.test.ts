import { beforeEach, describe, expect, it } from 'vitest';
import { uploadPlaintext } from '../../examples/bank-statement/careless-app.js';
import { deleteRow } from '../../examples/bank-statement/chapters/deleted-row.js';
import { importFile } from '../../examples/bank-statement/chapters/import-file.js';
import { editOffline } from '../../examples/bank-statement/chapters/offline-edits.js';
import { searchTheServer } from '../../examples/bank-statement/chapters/server-search.js';
import { summarise } from '../../examples/bank-statement/chapters/summary.js';
import { tamperWithRow } from '../../examples/bank-statement/chapters/tampered-row.js';
import type { Device } from '../../examples/bank-statement/device.js';
import { ordinaryBytes } from '../../examples/bank-statement/ordinary-bytes.js';
import { noteOwnPayloads } from '../../examples/bank-statement/own-payloads.js';
import { isOwn, newId } from '../../examples/bank-statement/own-texts.js';
import { requestTexts } from '../../examples/bank-statement/request-bytes.js';
import { allFields } from '../../examples/bank-statement/server.js';
import type { Story } from '../../examples/bank-statement/story.js';
import {
  type StoryUser,
  sealedRows,
  statementIn,
  statementStory,
  storeRows,
  storyUser,
} from '../support/statement-story.js';

const PAYEE = 'Møller & Strand';
let story: Story;
let shown: () => string;
let user: StoryUser;
let laptop: Device;
let ordinary: Uint8Array;

beforeEach(async () => {
  ({ story, shown } = await statementStory(statementIn(`who\n${PAYEE}\n`)));
  user = await storyUser(story);
  ({ device: laptop } = await user.device('laptop'));
  ordinary = await ordinaryBytes(story.server);
});

const search = () => {
  const { vault, recoveryKey } = user;
  return searchTheServer(story, { vault, recoveryKey, ordinary });
};

describe('the texts of our own', () => {
  const foreign = (texts: readonly string[]) => [
    ...new Set(texts.flatMap((text) => text.split(' ')).filter((text) => !isOwn(story.own, text))),
  ];
  const note = () =>
    noteOwnPayloads(story.own, story.server.sync, user.vault, story.statement.table);

  it('are all random text that the server holds or received, whatever the devices did', async () => {
    const shipped = new Set(await allFields(story.server)); // what the tables' own text notes
    const { device: phone, vault } = await user.device('phone');
    await importFile(story, laptop);
    await editOffline(story, laptop, phone);
    await deleteRow(story, laptop, phone);
    await tamperWithRow(story, phone, vault);
    expect(story.claims.filter(({ holds }) => !holds)).toEqual([]);
    await note();
    const added = (await allFields(story.server)).filter((field) => !shipped.has(field));
    expect(foreign(added)).toEqual(['']);
    const received = await story.server.sync.received();
    const texts = foreign(received.flatMap(requestTexts));
    expect(texts.filter((text) => /^[\w-]{30,}$/.test(text))).toEqual([]);
  });

  it('are no others that look the same', async () => {
    const [row] = sealedRows(story, user.vault);
    if (!row) throw new Error('the file has no row');
    await storeRows(story.server, story.owner, [row]);
    await uploadPlaintext(story.server, story.owner, { ...row, id: newId(story.own) });
    await note();
    expect(foreign(await allFields(story.server))).toContain(row.payload);
    expect(story.own.payloads.size).toBe(0);
  });
});

describe('the end of the story', () => {
  it('is 0 when the server has nothing but sealed rows', async () => {
    await importFile(story, laptop);
    await search();
    expect(await summarise(story)).toBe(0);
    expect(shown()).toContain('All 3 claims hold.');
  });

  it('is 1, and names the claim, when the server holds plaintext', async () => {
    await importFile(story, laptop);
    await story.server.sync.dropChecks();
    await storeRows(story.server, story.owner, [
      { id: newId(story.own), payload: `paid to ${PAYEE}` },
      { id: newId(story.own), payload: user.recoveryKey },
    ]);
    await search();
    expect(await summarise(story)).toBe(1);
    expect(shown()).toContain(`in the fields, as it is: ${PAYEE}`);
    expect(shown()).toContain(`in the fields, as it is: ${user.recoveryKey}`);
    expect(shown()).toContain('Does not hold: No value searched for');
  });

  it('is 1 when the server received plaintext, even if it kept none', async () => {
    await importFile(story, laptop);
    const row = { id: newId(story.own), payload: `paid to ${PAYEE}` };
    expect(await uploadPlaintext(story.server, story.owner, row)).toHaveLength(1);
    await search();
    expect(await summarise(story)).toBe(1);
    expect(shown()).toContain(`in the requests, as it is: ${PAYEE}`);
    expect(shown()).not.toContain('in the fields');
  });

  it('is 1 when the tables take plaintext', async () => {
    await story.server.sync.dropChecks();
    await search();
    expect(await summarise(story)).toBe(1);
    expect(shown()).toContain('Does not hold: The tables that rowseal ships refuse');
  });

  it('is 1 when any claim did not hold', async () => {
    story.claim('Water runs uphill', false);
    story.claim('It does not', true);
    expect(await summarise(story)).toBe(1);
    expect(shown()).toContain('Does not hold: Water runs uphill.');
    expect(shown()).not.toContain('claims hold.');
  });
});
