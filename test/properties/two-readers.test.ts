import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64url } from '../../src/bytes/base64url.js';
import { encryptDelete, encryptRow, mergeRows, tryDecryptRow } from '../../src/index.js';
import { parseKeyset } from '../../src/keys/keyset.js';
import { parsePin } from '../../src/keys/pin.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { parseEnvelope } from '../../src/rows/envelope.js';
import { parsePayload } from '../../src/rows/payload.js';
import * as secondEnvelope from '../second-reader/envelope.js';
import * as secondHeader from '../second-reader/header.js';
import * as secondKeyset from '../second-reader/keyset.js';
import { boundColumnsFrom, type Sealed } from '../second-reader/merge.js';
import { openKeyset } from '../second-reader/opening.js';
import * as secondPayload from '../second-reader/payload.js';
import { openRow } from '../second-reader/row.js';
import type { Table } from '../second-reader/table.js';
import { payloadOf, withPayload } from '../support/forged-rows.js';
import { stolenKey } from '../support/header-surgeon.js';
import { createWorld, diary, ROW, type SealedDiaryRow } from '../support/world.js';
import { envelopes, headers, keysets, payloads, VAULT_ID } from './formats.js';
import { holds } from './holds.js';
import { damaged } from './mutations.js';

// The reader that knows only docs/format.md takes the same bytes, and refuses the others with the
// same code. A difference is a mistake in one of them, or a sentence that the document lacks.

interface Format {
  readonly name: string;
  readonly valid: fc.Arbitrary<Uint8Array>;
  first(bytes: Uint8Array): unknown;
  second(bytes: Uint8Array): unknown;
}

const FORMATS: Format[] = [
  {
    name: 'header',
    valid: headers,
    first: (bytes) => parseHeader(encodeBase64url(bytes)),
    second: (bytes) => secondHeader.parseHeader(encodeBase64url(bytes)),
  },
  {
    name: 'pin',
    valid: headers.map((bytes) => Uint8Array.from([0x04, ...bytes])),
    first: (bytes) => parsePin(encodeBase64url(bytes)),
    second: (bytes) => secondHeader.parsePin(encodeBase64url(bytes)),
  },
  {
    name: 'keyset',
    valid: keysets,
    first: (bytes) => parseKeyset(VAULT_ID, bytes),
    second: (bytes) => secondKeyset.parseKeyset(bytes, VAULT_ID),
  },
  {
    name: 'payload',
    valid: payloads,
    first: parsePayload,
    second: secondPayload.parsePayload,
  },
  {
    name: 'envelope',
    valid: envelopes,
    first: (bytes) => parseEnvelope(bytes, 'bytes'),
    second: (bytes) => secondEnvelope.parseEnvelope(bytes, 'bytes'),
  },
  {
    name: 'envelope as text',
    valid: envelopes,
    first: (bytes) => parseEnvelope(encodeBase64url(bytes), 'text'),
    second: (bytes) => secondEnvelope.parseEnvelope(encodeBase64url(bytes), 'text'),
  },
];

describe.each(FORMATS)('a damaged $name', ({ valid, first, second }) => {
  it('is taken by both readers, or refused by both with one code', () => {
    const property = fc.property(damaged(valid), (bytes) => {
      expect(verdictOf(() => second(bytes))).toBe(verdictOf(() => first(bytes)));
    });
    holds(property, 1000);
  });
});

function verdictOf(parse: () => unknown): string {
  try {
    parse();
    return 'taken';
  } catch (error) {
    return codeOf(error);
  }
}

const codeOf = (error: unknown): string =>
  (error as { readonly code?: string }).code ?? String(error);

const { vault, sealed } = await createWorld();

/** The diary of test/support, as the second reader declares tables. */
const secondDiary: Table = {
  name: 'diary',
  payload: 'text',
  columns: [
    { name: 'text', type: 'text', kind: 'encrypted', presence: 'required' },
    { name: 'mood', type: 'integer', kind: 'encrypted', presence: 'optional' },
    { name: 'folder', type: 'text', kind: 'mirrored', presence: 'required' },
    { name: 'owner', type: 'text', kind: 'bound', presence: 'required' },
    { name: 'updated_at', type: 'text', kind: 'server-owned', presence: 'required' },
  ],
  boundSets: [['owner']],
};

describe('a payload damaged under a valid tag', () => {
  it('gives both readers the same row, or the same code', () => {
    const genuine = payloadOf(vault, diary, sealed);
    const property = fc.property(damaged(fc.constant(genuine)), (payload) => {
      const row = withPayload(vault, diary, sealed, payload);
      const result = tryDecryptRow(vault, diary, row);
      expect(secondRowOf(row)).toEqual(result.ok ? result.row : codeOf(result.error));
    });
    holds(property, 1000);
  });
});

const secondVault = secondHeader.parseHeader(vault.header);
const { dataKeys } = openKeyset(secondVault, stolenKey(vault));

function secondRowOf(row: { readonly id: string }): unknown {
  const asked = { forValues: true, acceptRetired: false, now: Date.now() };
  try {
    const { values } = openRow(secondVault.vaultId, dataKeys, secondDiary, { ...row }, asked);
    return { id: row.id, ...Object.fromEntries(values ?? []) };
  } catch (error) {
    return codeOf(error);
  }
}

describe('two versions of a row with different owners', () => {
  it('are merged under the owner that the second reader takes, in both orders', () => {
    const inserted = encryptRow(vault, diary, { ...ROW, owner: 'bob' });
    const previous = encryptDelete(vault, diary, sealed);
    const again = encryptRow(vault, diary, { ...ROW, owner: 'eve' }, { previous });
    const versions = [sealed, inserted, again];
    for (const [a, b] of versions.flatMap((one) =>
      versions.map((other) => [one, other] as const),
    )) {
      const from = boundColumnsFrom(secondVersion(a), secondVersion(b));
      expect(mergeRows(vault, diary, a, b).owner).toBe(from.owner);
    }
    expect(mergeRows(vault, diary, inserted, sealed).owner).toBe('bob');
    expect(mergeRows(vault, diary, again, inserted).owner).toBe('eve');
  });
});

function secondVersion(row: SealedDiaryRow): Sealed & { readonly owner: string } {
  const { nonce, boundSet } = secondEnvelope.parseEnvelope(row.payload, 'text');
  const payload = secondPayload.parsePayload(payloadOf(vault, diary, row));
  return { payload, boundSet, nonce, owner: row.owner };
}
