/** What happened to rows while a file was written or read, as numbers. */
import type { RowsealErrorCode } from '../errors/error-code.js';
import type { Vault } from '../keys/vault.js';
import { countKeyUse, type KeyUse } from '../rows/key-use.js';
import type { AnyRow } from '../rows/row-values.js';

/** How many rows each code was the reason for. */
export type CodeCounts = Readonly<Partial<Record<RowsealErrorCode, number>>>;

export interface CodeTally {
  count(code: RowsealErrorCode): void;
  counts(): CodeCounts;
}

export function tallyCodes(): CodeTally {
  const numbers: Partial<Record<RowsealErrorCode, number>> = {};
  return {
    count: (code) => {
      numbers[code] = (numbers[code] ?? 0) + 1;
    },
    counts: () => ({ ...numbers }),
  };
}

export interface KeyTally {
  count(row: AnyRow): void;
  /** Keys that payloads name and the header does not have, most payloads first. */
  missing(): KeyUse[];
}

export function tallyKeys({ keys }: Vault): KeyTally {
  // A recalled key stands in no header, and so not in the file.
  const held = new Set(keys.filter(({ status }) => status !== 'recalled').map(({ id }) => id));
  const numbers = new Map<string, number>();
  return {
    count: ({ payload, siblings }) => {
      for (const { keyId, payloads } of countKeyUse([{ payload, siblings }])) {
        if (keyId === null || held.has(keyId)) continue;
        numbers.set(keyId, (numbers.get(keyId) ?? 0) + payloads);
      }
    },
    missing: () =>
      [...numbers]
        .map(([keyId, payloads]) => ({ keyId, payloads }))
        .sort((one, other) => other.payloads - one.payloads),
  };
}
