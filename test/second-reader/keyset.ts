import { toHex } from './bytes.js';
import { firstBytes } from './first-bytes.js';
import { derive } from './primitives.js';
import { demand } from './refusal.js';
import { isStamp } from './stamp.js';
import { type Wire, wireOf } from './wire.js';

// Section 7.

const statuses = { 1: 'primary', 2: 'rotated', 3: 'revoked' } as const;

export interface DataKey {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly status: 'primary' | 'rotated' | 'revoked';
  /** When it stopped being primary. */
  readonly stamp: Uint8Array | undefined;
}

export interface Keyset {
  readonly dataKeys: readonly DataKey[];
  readonly earlierVaultKeys: readonly Uint8Array[];
}

export function parseKeyset(bytes: Uint8Array, vaultId: Uint8Array): Keyset {
  const wire = wireOf(bytes, 'HEADER_TAMPERED');
  demand(wire.number(1) === firstBytes.keyset, 'HEADER_TAMPERED');
  const dataKeyCount = wire.number(2);
  demand(dataKeyCount >= 1 && dataKeyCount <= 256, 'HEADER_TAMPERED');
  const dataKeys = Array.from({ length: dataKeyCount }, () => readDataKey(wire, vaultId));
  dataKeys.forEach(({ status }, i) => {
    demand((status === 'primary') === (i === 0), 'HEADER_TAMPERED');
  });
  const earlierCount = wire.number(2);
  demand(dataKeyCount + earlierCount <= 256, 'HEADER_TAMPERED');
  const earlierVaultKeys = Array.from({ length: earlierCount }, () => wire.take(32));
  wire.end();
  demand(allDiffer(dataKeys.map(({ key }) => key)), 'HEADER_TAMPERED');
  demand(allDiffer(earlierVaultKeys), 'HEADER_TAMPERED');
  return { dataKeys, earlierVaultKeys };
}

function readDataKey(wire: Wire, vaultId: Uint8Array): DataKey {
  const key = wire.take(32);
  const status = statuses[wire.number(1) as keyof typeof statuses];
  demand(status !== undefined, 'HEADER_TAMPERED');
  const stamp = status === 'primary' ? undefined : wire.take(16);
  demand(stamp === undefined || isStamp(stamp), 'HEADER_TAMPERED');
  return { id: derive('dekId', key, vaultId), key, status, stamp };
}

const allDiffer = (keys: readonly Uint8Array[]): boolean =>
  new Set(keys.map(toHex)).size === keys.length;
