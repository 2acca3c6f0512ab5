import type { Costs } from './argon2id.js';
import { concat } from './bytes.js';
import { atCheck, demand } from './refusal.js';
import { type Wire, wireOf } from './wire.js';

// Section 6: a slot's bytes. How one is opened stands in opening.ts.

export const slotTypes = { password: 1, recoveryKey: 2, secret: 3 } as const;

export interface Slot {
  readonly type: number;
  readonly id: Uint8Array;
  readonly body: Uint8Array;
  /** What the body of an assigned type holds. */
  readonly parts: SlotParts | undefined;
}

export interface SlotParts {
  readonly info: Uint8Array;
  readonly costs: Costs | undefined;
  readonly salt: Uint8Array;
  readonly commitment: Uint8Array;
  readonly nonce: Uint8Array;
  readonly sealedVaultKey: Uint8Array;
  readonly bodyToSalt: Uint8Array;
}

/** Checks 6 to 8. */
export function readSlot(wire: Wire): Slot {
  const { type, id, length } = atCheck(6, () => readHead(wire));
  const body = atCheck(8, () => wire.take(length));
  const assigned = type >= slotTypes.password && type <= slotTypes.secret;
  const parts = assigned ? atCheck(8, () => readBody(type, body)) : undefined;
  return { type, id, body, parts };
}

const readHead = (wire: Wire) => ({
  type: wire.number(1),
  id: wire.take(8),
  length: wire.number(2),
});

function readBody(type: number, body: Uint8Array): SlotParts {
  const wire = wireOf(body, 'HEADER_MALFORMED');
  const infoLength = wire.number(2);
  demand(infoLength <= 256, 'HEADER_MALFORMED', 6);
  const info = wire.take(infoLength);
  const costs = type === slotTypes.password ? readCosts(wire) : undefined;
  const salt = wire.take(16);
  const bodyToSalt = body.slice(0, wire.position());
  const commitment = wire.take(32);
  const nonce = wire.take(24);
  const sealedVaultKey = wire.take(48);
  wire.end();
  return { info, costs, salt, commitment, nonce, sealedVaultKey, bodyToSalt };
}

function readCosts(wire: Wire): Costs {
  const rule = wire.number(1);
  const kdf = wire.number(1);
  demand(rule === 1 && kdf === 1, 'KDF_PARAMS_REFUSED', 7);
  const memoryKiB = wire.number(4);
  const passes = wire.number(4);
  const lanes = wire.number(1);
  const costs = { memoryKiB, passes, lanes };
  demand(costsAccepted(costs), 'KDF_PARAMS_REFUSED', 7);
  return costs;
}

/** Section 3, "Costs of Argon2id". */
export const costsAccepted = ({ memoryKiB, passes, lanes }: Costs): boolean =>
  within(memoryKiB, 19_456, 1_048_576) &&
  within(passes, 2, 10) &&
  within(lanes, 1, 4) &&
  within(memoryKiB * passes, 38_912, 1_048_576);

const within = (value: number, least: number, greatest: number): boolean =>
  value >= least && value <= greatest;

export const slotAssociatedData = (vaultId: Uint8Array, slot: Slot, parts: SlotParts): Uint8Array =>
  concat(vaultId, Uint8Array.of(slot.type), slot.id, parts.bodyToSalt);
