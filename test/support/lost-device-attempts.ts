/** What a lost device tries at each step, by the words of docs/after-a-lost-device.md. */
import { expect, vi } from 'vitest';
import { equalBytes } from '../../src/bytes/compare.js';
import {
  adoptHeader,
  byRecoveryKey,
  decryptRow,
  deriveKey,
  encryptRow,
  memoryStore,
  openVault,
  RowsealError,
  recallKeys,
  refreshVault,
  restoreHeader,
  resumeVault,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { forge, stolenKey } from './header-surgeon.js';
import { HOUR, type Loss, password, type Step } from './lost-device.js';
import { keysetWith } from './plain-keyset.js';
import { diary, ROW, type SealedDiaryRow } from './world.js';

/** What an attempt comes to: `opens`, a code, or a word of the table. */
export type Attempt = (loss: Loss, step: Step) => Promise<string>;

const ACCEPTED = { acceptRetired: true } as const;

async function outcomeOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return 'opens';
  } catch (error) {
    if (error instanceof RowsealError) return error.code;
    throw error;
  }
}

/** What all of them come to, each outcome once. */
async function outcomesOf(attempts: readonly (() => unknown)[]): Promise<string> {
  const outcomes = new Set<string>();
  for (const each of attempts) outcomes.add(await outcomeOf(each));
  return [...outcomes].join(', ');
}

const freshly = (header: string, opener: VaultOpener) => openVault(memoryStore(header), opener);

async function remembering(header: string, pin: string): Promise<VaultStore> {
  const store = memoryStore(header);
  await store.savePin(pin);
  return store;
}

/** Every header that the server had stored by a step. */
function headersBy({ headers }: Loss, { vault }: Step): readonly string[] {
  return headers.slice(0, headers.indexOf(vault.header) + 1);
}

/** Every vault that the lost device can get open by a step, in any way. */
async function vaultsBy(loss: Loss, step: Step): Promise<Vault[]> {
  const { openers, vault, keeper } = loss.lost;
  const ways = headersBy(loss, step).flatMap((header) => [
    ...Object.values(openers).map((opener) => () => freshly(header, opener)),
    async () => (await resumeVault(memoryStore(header), keeper)) as Vault,
    async () => refreshVault(await remembering(header, loss.lost.pin), vault),
    async () => recallKeys(vault, header),
  ]);
  const opened = await Promise.all(ways.map((way) => way().catch(() => null)));
  return [vault, ...opened.filter((each) => each !== null)];
}

/** Read with every vault that it has: `opens` if one of them opens the row. */
async function reads(loss: Loss, step: Step, rows: readonly SealedDiaryRow[]): Promise<string> {
  const vaults = await vaultsBy(loss, step);
  const outcomes = rows.map(async (row) => {
    const all = await outcomesOf(
      vaults.map((vault) => () => decryptRow(vault, diary, row, ACCEPTED)),
    );
    return all.includes('opens') ? 'opens' : all;
  });
  return [...new Set(await Promise.all(outcomes))].join(', ');
}

/** A row that the lost device seals at a time of its choice: its clock is its own. */
async function sealedAt(loss: Loss, at: number): Promise<SealedDiaryRow> {
  const { lost, headers } = loss;
  const now = Date.now();
  vi.setSystemTime(at);
  const vault = await freshly(headers[2] as string, lost.openers['recovery key']);
  const row = encryptRow(vault, diary, { ...ROW, id: 'forged' });
  vi.setSystemTime(now);
  return row;
}

/** What the user's other device says of a row, without accepting anything. */
const judged = (vault: Vault, row: SealedDiaryRow, options = {}) =>
  outcomeOf(() => decryptRow(vault, diary, row, options));

/** A next header after the one that is stored now, as good as the lost device can make it. */
function forgedHeader({ lost, headers }: Loss, step: Step): string {
  const now = parseHeader(step.vault.header);
  const base = [step.vault.header, headers[3] as string].find(
    (header) =>
      parseHeader(header).vaultKeyId.join() === parseHeader(headers[0] as string).vaultKeyId.join(),
  );
  const predecessors = [now.hash, ...now.predecessors];
  return forge(base as string, stolenKey(lost.vault), { epoch: now.epoch + 1, predecessors });
}

const onHeaderNow =
  (name: keyof Loss['lost']['openers']): Attempt =>
  ({ lost }, { vault }) =>
    outcomeOf(() => freshly(vault.header, lost.openers[name]));

export const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  'the old password on the header that the server stores now': onHeaderNow('password'),
  'the old recovery key on it': onHeaderNow('recovery key'),
  'its own secret on it': onHeaderNow('device secret'),
  'the vault key that it kept, on it': ({ lost }, { vault }) =>
    outcomeOf(() => resumeVault(memoryStore(vault.header), lost.keeper)),
  'every secret and the kept key on every header from before `changePassword`': ({
    lost,
    headers,
  }) =>
    outcomesOf(
      headers.slice(0, 3).flatMap((header, i) => [
        // The first header is from before its own secret was added.
        ...Object.values(lost.openers)
          .slice(0, i === 0 ? 2 : 3)
          .map((opener) => () => freshly(header, opener)),
        () => resumeVault(memoryStore(header), lost.keeper),
      ]),
    ),
  '`refreshVault` of its open vault': ({ lost }, { vault }) =>
    outcomeOf(async () => refreshVault(await remembering(vault.header, lost.pin), lost.vault)),
  '`adoptHeader` with the old recovery key': ({ lost }, { vault }) =>
    outcomeOf(async () =>
      adoptHeader(await remembering(vault.header, lost.pin), lost.openers['recovery key']),
    ),
  '`recallKeys` on its open vault, from the header that the server stores now': ({ lost }, step) =>
    outcomeOf(() => recallKeys(lost.vault, step.vault.header)),
  '`restoreHeader`, to put its old header back': async ({ lost }, { vault }) => {
    const store = await remembering(vault.header, lost.pin);
    const { found } = await restoreHeader(store, lost.vault);
    expect(await store.loadHeader()).toBe(vault.header);
    return found;
  },
  "`deriveKey`: whether its key of the app's is still the one in use": async (
    { lost },
    { vault },
  ) => (equalBytes(deriveKey(vault, 'local database'), lost.appKey) ? 'same' : 'another'),

  'its copies of rows from before': (loss, step) => reads(loss, step, loss.keptRows),
  'the same rows as the server stores them now': (loss, step) => reads(loss, step, step.stored),
  'a row that another device writes now': (loss, step) => reads(loss, step, [step.written]),

  'stamped now': async (loss, step) => judged(step.vault, await sealedAt(loss, step.at + HOUR / 4)),
  'stamped now, opened with `acceptRetired`': async (loss, step) =>
    judged(step.vault, await sealedAt(loss, step.at + HOUR / 4), ACCEPTED),
  'backdated to before the loss': async (loss, step) => judged(step.vault, await sealedAt(loss, 1)),
  'backdated, on a device that recalled the old keys': async (loss, { vault }) =>
    judged(recallKeys(vault, loss.headers[2] as string), await sealedAt(loss, 1)),
  'that the server stored before, played back': async ({ keptRows }, { vault }) =>
    outcomesOf(keptRows.map((row) => () => decryptRow(vault, diary, row))),
  'under a key of its own making': async ({ lost, headers }, { vault }) => {
    const keyset = keysetWith(headers[2] as string, [new Uint8Array(32).fill(7)]);
    const forged = forge(headers[2] as string, stolenKey(lost.vault), { keyset });
    const forger = await freshly(forged, lost.openers.password);
    return judged(vault, encryptRow(forger, diary, { ...ROW, id: 'forged' }));
  },

  'a device of the user that is up to date': (loss, step) =>
    outcomeOf(async () =>
      openVault(await remembering(forgedHeader(loss, step), step.pin), password(step.password)),
    ),
  'a new device, where the user enters the recovery key that is valid now': (loss, step) =>
    outcomeOf(() => freshly(forgedHeader(loss, step), byRecoveryKey(step.recoveryKey))),
  'a new device, where the user enters the old recovery key': (loss, step) =>
    outcomeOf(() => freshly(forgedHeader(loss, step), loss.lost.openers['recovery key'])),
  'a device that was offline since before the loss, where the user enters the old recovery key': (
    loss,
    step,
  ) =>
    outcomeOf(async () =>
      openVault(
        await remembering(forgedHeader(loss, step), loss.lost.pin),
        loss.lost.openers['recovery key'],
      ),
    ),
};
