/** Extension 1 of headers that open: what it says of the recovery key, and when it says nothing. */
import { type Bytes, hex, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { type Fields, type Hold, holds, type Json } from '../vector-file.js';
import { FIRST } from '../worlds.js';
import { BASE, OPEN, openedHeader, passwordSlot } from './scenario.js';

const recoverySlotId = FIRST.slots[0]?.slice(1, 9) as Bytes;
const passwordSlotId = passwordSlot().slice(1, 9);
const PROVED_AT = [0x01, 0x9b, 0x7c, 0xa9, 0x8f, 0x2e];

/** A header with an extension 1 of these bytes. */
function proving(
  name: string,
  comment: string,
  bytes: Bytes,
  held: readonly (Hold & Fields)[],
  recoveryProof?: Json,
): NamedScenario {
  return openedHeader(
    name,
    { ...BASE, extensions: join([1, 0, 1, 0, bytes.length], bytes) },
    { comment, holds: held, open: OPEN.recoveryKey },
    { extensions: [{ id: 1, bytes: hex(bytes) }], ...(recoveryProof && { recoveryProof }) },
  );
}

const PROOF = holds(
  '8',
  '| 8 | id of the recovery-key slot that the key opened |',
  '| 6 | milliseconds since 1970 at which it did |',
);
const NO_PROOF = holds(
  '8',
  'So does one where it has another length, or where no recovery-key slot has that id: that is no error, since only a holder of the vault key can have written it.',
);

export const recoveryProofVectors: readonly NamedScenario[] = [
  proving('recovery-proof', 'the recovery key was proved', join(recoverySlotId, PROVED_AT), PROOF, {
    slotId: hex(recoverySlotId),
    provedAt: 1_767_323_045_678,
  }),
  proving(
    'recovery-proof-greatest',
    'the greatest time of a proof',
    join(recoverySlotId, Array(6).fill(0xff)),
    PROOF,
    { slotId: hex(recoverySlotId), provedAt: 2 ** 48 - 1 },
  ),
  proving(
    'recovery-proof-of-no-slot',
    'the proof of a recovery key that was replaced',
    join(named('a replaced slot', 8), PROVED_AT),
    NO_PROOF,
  ),
  proving(
    'recovery-proof-of-password',
    'a proof that names the password slot',
    join(passwordSlotId, PROVED_AT),
    NO_PROOF,
  ),
  proving(
    'recovery-proof-too-short',
    'a proof with a byte too few',
    join(recoverySlotId, PROVED_AT.slice(1)),
    NO_PROOF,
  ),
  proving(
    'recovery-proof-too-long',
    'a proof with a byte too many',
    join(recoverySlotId, PROVED_AT, [0]),
    NO_PROOF,
  ),
];
