/** The end-to-end suite: the same over the sync server of the tests and over a real service. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe } from 'vitest';
import { type BareDevice, type Device, openBareDevice, openDevice } from './device.js';
import { describeDevices } from './devices-cases.js';
import { describeServer } from './server-cases.js';
import type { ServiceBackend } from './service-backend.js';
import { OWNER, SEALED, VAULTS } from './tables.js';
import type { Transport } from './transports.js';
import { describeVault } from './vault-cases.js';

/** A user whom no other test and no other run has: the tables hold the rows of all of them. */
export interface UserForTest {
  readonly owner: string;
  readonly backend: ServiceBackend;
  /** Opens a device that begins to sync. */
  device(name: string): Promise<Device>;
  /** Opens one that begins to sync, and has no mirror yet. */
  bareDevice(name: string): Promise<BareDevice>;
}

export type NewUser = () => UserForTest;

export function describeService(
  name: string,
  transports: readonly Transport[],
  start: () => Promise<ServiceBackend>,
): void {
  describe(name, () => {
    let backend: ServiceBackend;
    const owners: string[] = [];
    beforeAll(async () => {
      backend = await start();
      return async () => {
        for (const table of SEALED) {
          await backend.query(`DELETE FROM ${table} WHERE ${OWNER} = ANY ($1::text[])`, [owners]);
        }
        await backend.query(`DELETE FROM ${VAULTS} WHERE id = ANY ($1::text[])`, [owners]);
        await backend.close();
      };
    });
    describe.each(transports)('%s', (transport) => {
      const newUser: NewUser = () => {
        const owner = `test-${randomUUID()}`;
        owners.push(owner);
        const options = (device: string) => ({ backend, transport, owner, device });
        return {
          owner,
          backend,
          device: async (name) => connected(await openDevice(options(name))),
          bareDevice: async (name) => connected(await openBareDevice(options(name))),
        };
      };
      describeDevices(newUser);
      describeServer(newUser);
      describeVault(newUser);
    });
  });
}

function connected<D extends BareDevice>(device: D): D {
  void device.connect();
  return device;
}
