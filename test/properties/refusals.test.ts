import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decryptRow,
  decryptRowDetails,
  encryptDelete,
  encryptRow,
  mergeRows,
  RowsealError,
  reencryptRow,
} from '../../src/index.js';
import { parseKeyset } from '../../src/keys/keyset.js';
import { preparePassword } from '../../src/keys/password.js';
import { parsePin } from '../../src/keys/pin.js';
import { parseRecoveryKey } from '../../src/keys/recovery-key.js';
import { parseHeader, parseHeaderBytes } from '../../src/keys/vault-header.js';
import { parseEnvelope } from '../../src/rows/envelope.js';
import { parsePayload } from '../../src/rows/payload.js';
import { createWorld, diary, openByRecovery, ROW, type SealedDiaryRow } from '../support/world.js';
import { VAULT_ID } from './formats.js';
import { holds } from './holds.js';
import { texts } from './values.js';

const world = await createWorld();
const { vault, header, sealed } = world;

const noise = fc.uint8Array({ maxLength: 400, size: 'max' });
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
});
/** Text of every kind: Unicode, lone surrogates, base64url, and headers with a character changed. */
const anyText = fc.oneof(
  texts,
  fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.base64String(),
  noise.map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc
    .tuple(fc.nat({ max: header.length - 1 }), fc.string({ maxLength: 2 }))
    .map(([at, text]) => header.slice(0, at) + text + header.slice(at + 1)),
);

/** Runs what may refuse; anything but a `RowsealError` fails the test. */
function refusesOnlyAsRowsealError(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(RowsealError);
  }
}

describe('whatever it is fed, it throws nothing but RowsealError:', () => {
  const ofText = { parseHeader, parsePin, parseRecoveryKey, preparePassword };
  it.each(Object.entries(ofText))('%s, any text', (_, parse) => {
    holds(
      fc.property(anyText, (text) => refusesOnlyAsRowsealError(() => parse(text))),
      1000,
    );
  });

  const ofBytes = {
    parseHeaderBytes,
    parsePayload,
    preparePassword,
    parseKeyset: (bytes: Uint8Array) => parseKeyset(VAULT_ID, bytes),
  };
  it.each(Object.entries(ofBytes))('%s, any bytes', (_, parse) => {
    holds(
      fc.property(noise, (bytes) => refusesOnlyAsRowsealError(() => parse(bytes))),
      1000,
    );
  });

  it.each(['text', 'bytes'] as const)('parseEnvelope of %s, any value', (type) => {
    const values = fc.oneof(anything, anyText, noise);
    holds(
      fc.property(values, (value) => refusesOnlyAsRowsealError(() => parseEnvelope(value, type))),
      1000,
    );
  });
});

describe('whatever the server serves in place of a row, it is opened or a RowsealError:', () => {
  const values = fc.oneof(anything, anyText, fc.constantFrom(...Object.values(sealed)));
  const partlyHonest = fc
    .dictionary(fc.constantFrom(...Object.keys(sealed), 'updated_at', 'toString'), values)
    .map((lies) => ({ ...sealed, ...lies }));
  const served = fc.oneof(anything, partlyHonest).map((row) => row as SealedDiaryRow);

  const calls = {
    decryptRow: (row: SealedDiaryRow) => decryptRow(vault, diary, row),
    decryptRowDetails: (row: SealedDiaryRow) => decryptRowDetails(vault, diary, row),
    encryptDelete: (row: SealedDiaryRow) => encryptDelete(vault, diary, row),
    reencryptRow: (row: SealedDiaryRow) => reencryptRow(vault, diary, row),
    mergeRows: (row: SealedDiaryRow) => mergeRows(vault, diary, sealed, row),
  };
  it.each(Object.entries(calls))('%s', (_, call) => {
    holds(
      fc.property(served, (row) => refusesOnlyAsRowsealError(() => call(row))),
      1000,
    );
  });

  it('decryptRow gives the authentic row or nothing', () => {
    holds(
      fc.property(partlyHonest, (row) => {
        const told = row as SealedDiaryRow;
        refusesOnlyAsRowsealError(() => expect(decryptRow(vault, diary, told)).toEqual(ROW));
      }),
      1000,
    );
  });

  it('encryptRow with it as previous', () => {
    const own = served.filter((row) => row !== undefined);
    holds(
      fc.property(own, (previous) =>
        refusesOnlyAsRowsealError(() => encryptRow(vault, diary, ROW, { previous })),
      ),
      300,
    );
  });
});

it('whatever a store answers in place of header and pin, openVault refuses as RowsealError', async () => {
  const answers = fc.sample(fc.oneof(anything, anyText), { seed: 1, numRuns: 300 });
  for (const [i, answer] of answers.entries()) {
    const store = world.store.otherDevice();
    if (i % 2) store.loadHeader = async () => answer as string;
    else store.loadPin = async () => answer as string;
    await openByRecovery({ ...world, store: { ...store, otherDevice: () => store } }).catch(
      (error: unknown) => expect(error).toBeInstanceOf(RowsealError),
    );
  }
});
