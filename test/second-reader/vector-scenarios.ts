import { fromHex } from './bytes.js';
import { readExport } from './export-file.js';
import type { DataKey } from './keyset.js';
import { openVault, type Pins, type Secret } from './opening.js';
import { derive } from './primitives.js';
import { openRow } from './row.js';
import type { Table } from './table.js';
import type { Fields } from './vector-files.js';
import { asServed, type Operation } from './vector-operations.js';
import { entryFields, rowFields, vaultFields } from './vector-outputs.js';

/** One file of test/vectors/headers. */
export const openScenarioHeader: Operation = async ({ header, pin, pinMeanwhile, open }) => {
  const pins = { before: pin, meanwhile: pinMeanwhile } as Pins;
  const opened = await openVault(header as string | null, secretOf(open as Fields), pins);
  return { vault: vaultFields(opened) };
};

/** One file of test/vectors/rows. */
export const openScenarioRow: Operation = (scenario) => {
  const { keys, table, row, ask, acceptRetired, now } = scenario;
  const vaultId = fromHex(String(scenario.vaultId));
  const dataKeys = (keys as readonly Fields[]).map((key) => dataKeyOf(key, vaultId));
  const served = Object.fromEntries(
    Object.entries(row as Fields).map(([name, value]) => [name, asServed(value)]),
  );
  const asked = {
    forValues: ask === 'values',
    acceptRetired: acceptRetired === true,
    now: Number(now),
  };
  const opened = openRow(vaultId, dataKeys, table as unknown as Table, served, asked);
  return { opened: rowFields(opened, served.id) };
};

/** One file of test/vectors/exports. */
export const readScenarioExport: Operation = async (scenario) => {
  const { file, open, tables, pin, acceptRetired } = scenario;
  const { state, entries } = await readExport(
    String(file),
    secretOf(open as Fields),
    tables as unknown as readonly Table[],
    {
      pin: pin === undefined ? undefined : String(pin),
      acceptRetired: acceptRetired === true,
      now: readAt,
    },
  );
  return { state, entries: entries.map(entryFields) };
};

/** When the rows were sealed. */
const readAt = 1_767_323_045_678;

function secretOf(open: Fields): Secret {
  const { secret } = open;
  return typeof secret === 'string' ? { secret: fromHex(secret) } : (open as unknown as Secret);
}

function dataKeyOf({ dek, status, stamp }: Fields, vaultId: Uint8Array): DataKey {
  const key = fromHex(String(dek));
  return {
    id: derive('dekId', key, vaultId),
    key,
    status: status as DataKey['status'],
    stamp: stamp === undefined ? undefined : fromHex(String(stamp)),
  };
}
