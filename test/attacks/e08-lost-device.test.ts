import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { derive } from '../../src/crypto/derive.js';
import type { RowKey, VaultKey } from '../../src/crypto/key-types.js';
import { LABEL } from '../../src/crypto/labels.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { isAuthentic } from '../../src/keys/header-seal.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { encodeAssociatedData } from '../../src/rows/associated-data.js';
import { servedBoundValues } from '../../src/rows/bound-set.js';
import { parseEnvelope } from '../../src/rows/envelope.js';
import { rowIdBytes } from '../../src/rows/row-values.js';
import { type Loss, playLoss, STEPS } from '../support/lost-device.js';
import { ATTEMPTS } from '../support/lost-device-attempts.js';
import { keysBehind } from '../support/secret-search.js';
import { diary, type SealedDiaryRow } from '../support/world.js';

const PAGE = readFileSync(
  resolve(import.meta.dirname, '../../docs/after-a-lost-device.md'),
  'utf8',
);

/** The rows of every table of the page whose columns are the steps. */
const ROWS = PAGE.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.slice(2, -2).split(' | '));
const HEADINGS = ROWS.filter(([, first]) => first === STEPS[0]);
const TRIED = ROWS.filter(([label, first]) => first !== STEPS[0] && label !== '---');

let loss: Loss;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  loss = await playLoss();
});

afterAll(() => {
  vi.useRealTimers();
});

describe('E08: with everything a lost device knew and the server ever stored', () => {
  it('the page has a row for each attempt, and a column for each step', () => {
    expect(TRIED.map(([label]) => label).sort()).toEqual(Object.keys(ATTEMPTS).sort());
    expect(HEADINGS).toHaveLength(4);
    for (const [, ...steps] of HEADINGS) expect(steps).toEqual(STEPS);
    expect(loss.steps.map(({ name }) => name)).toEqual(STEPS);
  });

  it.each(TRIED)('%s: exactly what the page says', async (label, ...cells) => {
    const attempt = ATTEMPTS[label as string] as (typeof ATTEMPTS)[string];
    const outcomes: string[] = [];
    for (const step of loss.steps) outcomes.push(await attempt(loss, step));
    expect(outcomes).toEqual(cells.map((cell) => cell.replaceAll('`', '')));
  });

  it('no key that it had is good for anything but what it was made for', () => {
    const keys = knownKeys(loss);
    const { vaultId } = parseHeader(loss.headers[0] as string);
    const authentic = loss.headers.map((header) =>
      Object.keys(keys).filter((name) => isAuthentic(parseHeader(header), keys[name] as VaultKey)),
    );
    // The first four are from before rekeyVault.
    const own = ['vault key'];
    expect(authentic).toEqual([own, own, own, own, [], []]);

    const rowKeys = Object.entries(keys).flatMap(([name, key]) => [
      [name, key as RowKey] as const,
      [`row key of ${name}`, derive(key, vaultId, LABEL.rowKey) as RowKey] as const,
    ]);
    const openedBy = (row: SealedDiaryRow) =>
      rowKeys.filter(([, key]) => openRaw(key, row, vaultId)).map(([name]) => name);
    const before = [...loss.keptRows, ...loss.steps.slice(0, 2).map(({ written }) => written)];
    const ofSecond = ['row key of DEK 0', 'row key 0'];
    const ofFirst = ['row key of DEK 1', 'row key 1'];
    expect(before.map(openedBy)).toEqual([
      ofFirst,
      ofSecond,
      ofSecond,
      ofFirst,
      ofSecond,
      ofSecond,
    ]);
    const since = loss.steps.slice(2).map(({ written }) => written);
    const moved = loss.steps.slice(3).flatMap(({ stored }) => stored);
    expect([...since, ...moved].flatMap(openedBy)).toEqual([]);
    expect(moved).toHaveLength(6);
  });
});

/** Every secret of 32 bytes that the lost device had in memory or on disk. */
function knownKeys({ lost }: Loss): Readonly<Record<string, Uint8Array>> {
  return { ...keysBehind(lost.vault), 'app key': lost.appKey, 'device secret': lost.secret };
}

/** Opens a payload under any key, whatever the envelope names. */
function openRaw(key: RowKey, row: SealedDiaryRow, vaultId: Uint8Array): boolean {
  const { prefix, nonce, ciphertext, boundSet } = parseEnvelope(row.payload, 'text');
  const bound = servedBoundValues(diary, boundSet, row);
  const rowId = rowIdBytes(row.id);
  if (!bound || !rowId) throw new Error('Such a row is not in this test.');
  const place = { vaultId, tableId: diary.layout.tableId, rowId, bound: bound.values };
  return nobleAead.open(key, nonce, ciphertext, encodeAssociatedData(prefix, place)) !== null;
}
