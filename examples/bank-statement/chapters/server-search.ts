import { randomBytes } from 'node:crypto';
import { bySecret, createVault, encryptRow, memoryStore, type Vault } from 'rowseal';
import { uploadPlaintext } from '../careless-app.js';
import type { SealAnew } from '../chance.js';
import { findPlaintext, type SearchReport } from '../find-plaintext.js';
import { noteOwnPayloads } from '../own-payloads.js';
import { newId } from '../own-texts.js';
import { encryptedValues, secretsOf, visibleValues } from '../searched-values.js';
import { SEALED_TABLE } from '../server.js';
import { showReport } from '../show-report.js';
import { toRow } from '../statement-table.js';
import { storedBytes } from '../stored-bytes.js';
import type { Story } from '../story.js';
import { count } from '../text-width.js';

/** Stands nowhere but in the row that the control plants, and is not the same in JSON. */
const MARKER = 'planted "in plaintext", as a control';
/** Postgres would compress a longer field on the disk. */
const PLANTED_LENGTH_LIMIT = 1000;

/** What the search needs to know. */
export interface SearchKnowledge {
  /** Opens what devices sealed. */
  readonly vault: Vault;
  readonly recoveryKey: string;
  /** What stood on the server before the first row. */
  readonly ordinary: Uint8Array;
}

export async function searchTheServer(story: Story, knowledge: SearchKnowledge): Promise<void> {
  const { terminal, server, owner } = story;
  terminal.chapter(
    'All that the server stores or ever received, searched for every encrypted value',
  );
  const start = performance.now();
  const report = await search(story, knowledge);
  showReport(terminal, report, performance.now() - start);
  story.claim(
    'No value searched for, no password and no recovery key is or was on the server',
    report.found.length === 0,
  );

  terminal.chapter('The control: would that search find anything?');
  const planted = plaintextRow(story, report.searched);
  const refused = await uploadPlaintext(server, owner, planted.row);
  const [{ code = 'no, it took it' } = {}] = refused;
  terminal.fact('plaintext, uploaded', `refused by Postgres: ${code}, a check that rowseal ships`);
  story.claim('The tables that rowseal ships refuse a row in plaintext', code === '23514');
  await server.sync.dropChecks();
  await uploadPlaintext(server, owner, planted.row);
  const control = await search(story, knowledge);
  await server.sync.dropRow(SEALED_TABLE, planted.row.id);
  const found = new Set(control.found.map(({ value, place }) => `${place}: ${value}`));
  const hits = planted.values.filter((value) => found.has(`fields: ${value}`));
  terminal.fact('again, without checks', 'the server takes it');
  terminal.fact('found of it', `${hits.length} of ${count(planted.values.length, 'value')}`);
  story.claim(
    'The same search finds that row, in the table, on the disk and in what was received',
    hits.length === planted.values.length &&
      found.has(`disk: ${MARKER}`) &&
      found.has(`requests: ${MARKER}`),
  );
}

async function search(story: Story, knowledge: SearchKnowledge): Promise<SearchReport> {
  const { server, own, statement } = story;
  const { vault, recoveryKey, ordinary } = knowledge;
  await noteOwnPayloads(own, server.sync, vault, statement.table);
  return findPlaintext(await storedBytes(server, own), {
    values: [MARKER, ...secretsOf(recoveryKey), ...encryptedValues(story)],
    visible: visibleValues(story),
    ordinary,
    own,
    sealAnew: await sealerInAnotherVault(story),
  });
}

/** Seals rows of the file with keys that nothing on the server was sealed with. */
async function sealerInAnotherVault({ statement, rowsById }: Story): Promise<SealAnew> {
  const { vault } = await createVault(memoryStore(), bySecret(randomBytes(32)));
  return (id) =>
    encryptRow(vault, statement.table, toRow(statement, id, rowsById.get(id) ?? [])).payload;
}

/** A row of the file as a careless app sends it, and which searched values it shows. */
function plaintextRow({ statement, own }: Story, searched: ReadonlySet<string>) {
  const short = statement.cells.find((cells) => cells.join().length < PLANTED_LENGTH_LIMIT) ?? [];
  const values = [MARKER, ...short.filter((value) => searched.has(value))];
  const row = { id: newId(own), payload: values.join(' | ') };
  return { row, values: [...new Set(values)] };
}
