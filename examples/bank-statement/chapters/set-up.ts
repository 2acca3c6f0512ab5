import { type Device, deviceFiles } from '../device.js';
import { ordinaryBytes } from '../ordinary-bytes.js';
import type { Story } from '../story.js';

/** Two devices that are locked, and what stands where before the first row. */
export interface Setting {
  readonly laptop: Device;
  readonly phone: Device;
  /** On the server's disk, and in what it received. */
  readonly ordinary: Uint8Array;
  /** The phone's files. */
  readonly emptyPhone: readonly Uint8Array[];
}

export async function setUp(story: Story): Promise<Setting> {
  const { terminal, server } = story;
  terminal.chapter('A server and two devices');
  const laptop = await story.newDevice('laptop');
  const phone = await story.newDevice('phone');
  terminal.fact('server', `${server.sync.url}, Postgres behind it, in a process of its own`);
  terminal.fact('columns of a row', server.columns.join(', '));
  terminal.fact('laptop, phone', 'a PowerSync database file each, in a temporary folder');
  const ordinary = await ordinaryBytes(server);
  return { laptop, phone, ordinary, emptyPhone: [...(await deviceFiles(phone)).values()] };
}
