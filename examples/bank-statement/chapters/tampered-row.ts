import type { Vault } from 'rowseal';
import {
  compareOpened,
  compareShown,
  flipBit,
  isComplete,
  onlyTamperedRefused,
} from '../claims.js';
import { comesTrue } from '../comes-true.js';
import { type Device, shownRows } from '../device.js';
import { downloadRows, SEALED_TABLE } from '../server.js';
import type { SealedStatementRow } from '../statement-table.js';
import type { Story } from '../story.js';
import { number } from '../text-width.js';

/** The phone has the row already; the vault is asked to open it for the first time. */
export async function tamperWithRow(story: Story, phone: Device, vault: Vault): Promise<void> {
  const { terminal, statement, server, patience } = story;
  terminal.chapter('The server flips one bit of one row');
  const expected = story.rowsById;
  const open = async () => compareOpened(vault, statement, expected, await downloadRows(server));
  const show = async () => compareShown(statement, expected, await shownRows(phone));
  const [id = ''] = [...expected.keys()].slice(Math.floor(expected.size / 2));
  const rows = await downloadRows(server);
  const { payload } = rows.find((row) => row.id === id) as SealedStatementRow;

  const flipped = flipBit(payload);
  story.own.payloads.set(flipped, id);
  await server.sync.setColumns(SEALED_TABLE, id, { payload: flipped });
  const noticed = await comesTrue(async () => phone.mirror.status.quarantined === 1, patience);
  const [trouble] = await phone.mirror.troubledRows();
  const tampered = await open();
  terminal.fact('a fresh device', `refuses it: ${tampered.refused.get(id) ?? 'no, it opened'}`);
  terminal.fact('other rows opened', number(expected.size - tampered.refused.size));
  terminal.fact('the phone', `sets it aside: ${trouble?.code ?? 'no, it took it'}`);
  story.claim(
    'A tampered row is refused (ROW_AUTH_FAILED) and stops no other',
    onlyTamperedRefused(tampered, id),
  );
  story.claim(
    'A device that had the row keeps showing what it said before',
    noticed && trouble?.code === 'ROW_AUTH_FAILED' && isComplete(await show()),
  );

  await server.sync.setColumns(SEALED_TABLE, id, { payload });
  const over = await comesTrue(async () => phone.mirror.status.quarantined === 0, patience);
  story.claim('With the bit put back, every row opens again', over && isComplete(await open()));
}
