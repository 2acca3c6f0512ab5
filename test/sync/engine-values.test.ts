/** Values that another engine can hold and this one can't. */
import { decryptRow, defineTable, encrypted, encryptRow } from 'rowseal';
import { expect, it } from 'vitest';
import { mirroredWorld } from '../support/mirrored-devices.js';

const readings = defineTable('readings', { value: encrypted.real(), unit: encrypted.text() });

it.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is shown as NULL, and kept', async (value) => {
  const world = mirroredWorld([readings]);
  const device = await world.device('a');
  const row = encryptRow(device.vault, readings, { id: 'r1', value, unit: 'K' });
  const { id, ...sealed } = row;
  world.server.upload('elsewhere', [{ op: 'put', table: 'readings', id, row: sealed }]);
  await device.sync();
  expect(device.engine.rows('readings')).toEqual([{ id: 'r1', value: null, unit: 'K' }]);
  device.engine.update('readings', 'r1', { unit: '°C' });
  await device.sync();
  const { payload } = world.server.row('readings', 'r1') as { payload: string };
  expect(payload).not.toBe(row.payload);
  expect(decryptRow(device.vault, readings, { id, payload })).toEqual({ id, value, unit: '°C' });
});
