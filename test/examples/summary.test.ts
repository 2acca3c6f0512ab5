import { randomUUID } from 'node:crypto';
import { byPassword, createVault, encryptRow, type Vault } from 'rowseal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTampering, sealAndUpload } from '../../examples/bank-statement/chapters-rows.js';
import { searchTheServer, summarise } from '../../examples/bank-statement/chapters-server.js';
import { isOwn } from '../../examples/bank-statement/own-texts.js';
import { readCsv } from '../../examples/bank-statement/read-csv.js';
import {
  allFields,
  dumpDisk,
  type Server,
  startServer,
  uploadRows,
} from '../../examples/bank-statement/server.js';
import { statementOf, toRow } from '../../examples/bank-statement/statement-table.js';
import { createStory, type FirstDevice, type Story } from '../../examples/bank-statement/story.js';
import { createTerminal } from '../../examples/bank-statement/terminal.js';
import { fastKdf } from '../support/fast-kdf.js';

const statement = statementOf(readCsv(Buffer.from('who\nMøller & Strand\n')), []);
let server: Server;
let story: Story;
let device: FirstDevice;
let shown: string;

beforeEach(async () => {
  server = await startServer([]);
  shown = '';
  const write = (text: string | Uint8Array) => {
    shown += text;
    return true;
  };
  story = createStory(createTerminal({ write }, {}), statement, server, await dumpDisk(server));
  const store = story.newDevice();
  const opener = byPassword('a password', { kdf: fastKdf() });
  device = { store, ...(await createVault(store, opener)) };
}, 60_000);
afterEach(() => server.db.close());

const seal = (vault: Vault) =>
  [...story.rowsById].map(([id, cells]) =>
    encryptRow(vault, statement.table, toRow(statement, id, cells)),
  );

describe('the texts of our own', { timeout: 120_000 }, () => {
  const others = async () => (await allFields(server)).filter((text) => !isOwn(story.own, text));

  it('are all random text that the server holds', async () => {
    await sealAndUpload(story, device);
    expect(await others(), 'the epoch of the header').toEqual(['1']);
    expect(story.own.payloads.size).toBe(1);
    await checkTampering(story, device);
    expect(story.own.payloads.size, 'with the bit flipped').toBe(2);
    expect(story.claims.every(({ holds }) => holds)).toBe(true);
  });

  it('are no others that look the same', async () => {
    await uploadRows(server, seal(device.vault));
    expect(await others()).toHaveLength(2);
  });
});

describe('the end of the story', { timeout: 120_000 }, () => {
  it('is 0 when the server holds nothing but sealed rows', async () => {
    await uploadRows(server, seal(device.vault));
    await searchTheServer(story, device);
    expect(await summarise(story)).toBe(0);
    expect(shown).toContain('All 2 claims hold.');
  });

  it('is 1, and names the claim, when the server holds plaintext', async () => {
    await uploadRows(server, seal(device.vault));
    await uploadRows(server, [{ id: randomUUID(), payload: 'paid to Møller & Strand' }]);
    await uploadRows(server, [{ id: randomUUID(), payload: device.recoveryKey }]);
    await searchTheServer(story, device);
    expect(await summarise(story)).toBe(1);
    expect(shown).toContain('in the fields, as it is: Møller & Strand');
    expect(shown).toContain(`in the fields, as it is: ${device.recoveryKey}`);
    expect(shown).toContain('Does not hold: No value searched for');
  });

  it('is 1 when any claim did not hold', async () => {
    story.claim('Water runs uphill', false);
    story.claim('It does not', true);
    expect(await summarise(story)).toBe(1);
    expect(shown).toContain('Does not hold: Water runs uphill.');
    expect(shown).not.toContain('claims hold.');
  });
});
