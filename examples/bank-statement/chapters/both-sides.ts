import type { Device } from '../device.js';
import { downloadRows } from '../server.js';
import { sideBySide, sideTitles } from '../side-by-side.js';
import type { SealedStatementRow, ShownRow } from '../statement-table.js';
import type { Story } from '../story.js';

const ROWS_SHOWN = 2;

export async function showBothSides(story: Story, device: Device): Promise<void> {
  const { terminal, statement, server, rowsById } = story;
  terminal.chapter('The same rows on both sides');
  terminal.line(`  ${terminal.dim(sideTitles())}`);
  const served = new Map((await downloadRows(server)).map((sealed) => [sealed.id, sealed]));
  for (const id of [...rowsById.keys()].slice(0, ROWS_SHOWN)) {
    const row = await device.db.get<ShownRow>('SELECT * FROM statement_rows WHERE id = ?', [id]);
    const shown = statement.columns.map(({ name }) => [name, row[name]] as const);
    terminal.line();
    for (const line of sideBySide(shown, served.get(id) as SealedStatementRow)) {
      terminal.line(`  ${line}`);
    }
  }
}
