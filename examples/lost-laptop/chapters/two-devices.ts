import type { Vault } from 'rowseal';
import { recoveryKit } from 'rowseal/kit';
import { createUserVault } from '../../bank-statement/chapters/create-vault.js';
import { importFile } from '../../bank-statement/chapters/import-file.js';
import { readOnPhone } from '../../bank-statement/chapters/phone-reads.js';
import type { Device } from '../../bank-statement/device.js';
import type { Story } from '../../bank-statement/story.js';

/** The kit that the user has printed. */
export type Kit = Awaited<ReturnType<typeof recoveryKit>>;

/** The key, and what it belongs to. */
const LINES_SHOWN = 18;

export interface BeforeTheLoss {
  readonly laptop: Device;
  readonly phone: Device;
  /** Open on the laptop. */
  readonly vault: Vault;
  readonly recoveryKey: string;
  readonly kit: Kit;
}

export async function useBothDevices(story: Story): Promise<BeforeTheLoss> {
  const laptop = await story.newDevice('laptop');
  const phone = await story.newDevice('phone');
  const { vault, recoveryKey } = await createUserVault(story, laptop);
  const kit = await printKit(story, vault, recoveryKey);
  await importFile(story, laptop);
  await readOnPhone(story, phone);
  return { laptop, phone, vault, recoveryKey, kit };
}

async function printKit({ terminal }: Story, vault: Vault, recoveryKey: string): Promise<Kit> {
  terminal.chapter(
    'The user prints the recovery kit: one page, with the key as text and as a QR code',
  );
  const kit = await recoveryKit(vault, recoveryKey, { app: 'Household Ledger' });
  const lines = kit.text.trimEnd().split('\n');
  for (const line of lines.slice(0, LINES_SHOWN)) terminal.line(`  ${terminal.dim(line)}`);
  terminal.line(
    `  ${terminal.dim(`… and ${lines.length - LINES_SHOWN} more lines, in plain words`)}`,
  );
  return kit;
}
