/**
 * One vault from before a device is lost until its keys are dropped: what the server stored at each
 * step, and all that the lost device ever knew.
 */
import { vi } from 'vitest';
import { FORMAT_BYTE } from '../../src/bytes/format-bytes.js';
import {
  addSecret,
  byPassword,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  deriveKey,
  dropRetiredKeys,
  encryptRow,
  keepUnlocked,
  openVault,
  reencryptAll,
  reencryptRow,
  rekeyVault,
  rotateDataKey,
  type StoredRows,
  type Vault,
  type VaultOpener,
} from '../../src/index.js';
import { fastKdf } from './fast-kdf.js';
import { bytesOf } from './header-surgeon.js';
import { type OpenKeeper, openKeeper } from './open-keeper.js';
import { type OpenStore, openStore } from './open-store.js';
import { diary, PASSWORD, ROW, type SealedDiaryRow } from './world.js';

export const STEPS = [
  'nothing done',
  'changePassword',
  'rekeyVault',
  'reencryptAll',
  'dropRetiredKeys',
] as const;
export type StepName = (typeof STEPS)[number];

const START = Date.UTC(2026, 10, 1);
export const HOUR = 3_600_000;
const DEVICE_SECRET = Uint8Array.from({ length: 32 }, (_, i) => i * 3 + 5);
export const NEW_PASSWORD = 'a password that the lost device never saw';

/** The vault at one step, as the user's other device and the server have it. */
export interface Step {
  readonly name: StepName;
  readonly at: number;
  readonly vault: Vault;
  /** The pin of that device. */
  readonly pin: string;
  /** The recovery key that the user has at this step. */
  readonly recoveryKey: string;
  readonly password: string;
  /** Rows from before the loss, as the server has them at this step. */
  readonly stored: readonly SealedDiaryRow[];
  /** What another device writes at this step. */
  readonly written: SealedDiaryRow;
}

/** All that the lost device knew. */
export interface LostDevice {
  readonly openers: Readonly<Record<'password' | 'recovery key' | 'device secret', VaultOpener>>;
  readonly secret: Uint8Array;
  readonly vault: Vault;
  readonly pin: string;
  readonly keeper: OpenKeeper;
  readonly appKey: Uint8Array;
}

export interface Loss {
  readonly lost: LostDevice;
  readonly steps: readonly Step[];
  /** Every header that the server ever stored, in order. */
  readonly headers: readonly string[];
  /** Every version of a row that the server stored before the loss. */
  readonly keptRows: readonly SealedDiaryRow[];
}

export const password = (text: string): VaultOpener => byPassword(text, { kdf: fastKdf() });

/** Plays it all; needs a clock that stands still. */
export async function playLoss(): Promise<Loss> {
  vi.setSystemTime(START);
  const store = openStore();
  const created = await createVault(store, password(PASSWORD));
  const first = encryptRow(created.vault, diary, ROW);
  const withSecret = await addSecret(store, created.vault, DEVICE_SECRET);
  const vault = await rotateDataKey(store, withSecret);
  const lost = await lostDevice(store.otherDevice(), created.recoveryKey);
  const edited = encryptRow(vault, diary, { ...ROW, mood: 1 }, { previous: first });
  const stored = [
    edited,
    encryptRow(lost.vault, diary, { ...ROW, id: 'r2' }),
    encryptRow(created.vault, diary, { ...ROW, id: 'r3' }),
  ];
  const steps = await playSteps({ store, vault, recoveryKey: created.recoveryKey, stored });
  const headers = store.writes.filter((text) => bytesOf(text)[0] === FORMAT_BYTE.vaultHeader);
  return { lost, steps, headers, keptRows: [first, ...stored] };
}

interface Before {
  readonly store: OpenStore;
  readonly vault: Vault;
  readonly recoveryKey: string;
  readonly stored: readonly SealedDiaryRow[];
}

/** An hour between each step and the next. */
async function playSteps({ store, stored, ...before }: Before): Promise<Step[]> {
  const steps: Step[] = [];
  const rows = new Map(stored.map((row) => [row.id, row]));
  let { vault, recoveryKey } = before;
  const note = (name: StepName, password: string): void => {
    const at = START + (steps.length + 1) * HOUR;
    vi.setSystemTime(at);
    const written = encryptRow(vault, diary, { ...ROW, id: `written at ${name}` });
    const pin = store.pin as string;
    steps.push({
      name,
      at,
      vault,
      pin,
      recoveryKey,
      password,
      stored: [...rows.values()],
      written,
    });
    vi.setSystemTime(at + HOUR / 2);
  };
  note('nothing done', PASSWORD);
  const change = { current: password(PASSWORD), next: NEW_PASSWORD, kdf: fastKdf() };
  vault = await changePassword(store, vault, change);
  note('changePassword', NEW_PASSWORD);
  ({ vault, recoveryKey } = await rekeyVault(store, vault, { keep: [password(NEW_PASSWORD)] }));
  note('rekeyVault', NEW_PASSWORD);
  await reencryptAll(vault, diary, storedIn(rows));
  note('reencryptAll', NEW_PASSWORD);
  const others = steps.slice(0, 2).map(({ written }) => reencryptRow(vault, diary, written));
  const closeKeys = async (prefixes: readonly string[]) =>
    prefixes.map((prefix) => ({
      prefix,
      payloads: countOf(prefix, [...rows.values(), ...others]),
    }));
  ({ vault } = await dropRetiredKeys(store, vault, { closeKeys }));
  note('dropRetiredKeys', NEW_PASSWORD);
  return steps;
}

function storedIn(rows: Map<string, SealedDiaryRow>): StoredRows<SealedDiaryRow> {
  return {
    readRows: async (after) => [...rows.values()].filter(({ id }) => after === null || id > after),
    async replaceRow(row) {
      rows.set(row.id, row);
      return true;
    },
  };
}

function countOf(prefix: string, rows: readonly SealedDiaryRow[]): number {
  return rows.filter(({ payload }) => payload.startsWith(prefix)).length;
}

async function lostDevice(store: OpenStore, recoveryKey: string): Promise<LostDevice> {
  const openers = {
    password: password(PASSWORD),
    'recovery key': byRecoveryKey(recoveryKey),
    'device secret': bySecret(DEVICE_SECRET),
  };
  const vault = await openVault(store, openers.password);
  const keeper = openKeeper();
  await keepUnlocked(vault, keeper);
  const appKey = deriveKey(vault, 'local database');
  return { openers, secret: DEVICE_SECRET, vault, pin: store.pin as string, keeper, appKey };
}
