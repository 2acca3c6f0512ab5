import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byRecoveryKey, encryptRow } from '../../src/index.js';
import { exportedLines, readExport, rowsOf } from '../support/exports.js';
import { createWorld } from '../support/world.js';
import { holdsInTime } from './holds.js';
import { samples } from './tables.js';

const { vault, recoveryKey } = await createWorld();
const opener = byRecoveryKey(recoveryKey);

describe('an export of any table', () => {
  it('gives back its rows, and what was sealed, with an edit among the siblings', async () => {
    await holdsInTime(
      fc.asyncProperty(samples, async ({ table, row, edited }) => {
        const first = encryptRow(vault, table, row);
        const { payload } = encryptRow(vault, table, edited, { previous: first });
        const text =
          typeof payload === 'string' ? payload : Buffer.from(payload).toString('base64url');
        const served = [first, { ...first, siblings: text }];
        const lines = await exportedLines(vault, rowsOf(table, served));
        const { entries, rows, report } = await readExport(lines, opener, { tables: [table] });
        deepStrictEqual(rows, [row, edited]);
        deepStrictEqual(
          entries.map(({ sealed }) => sealed),
          served,
        );
        expect(report.state).toBe('complete');
      }),
    );
  });
});
