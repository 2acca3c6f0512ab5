/** Headers that open. */
import { stamp } from '../../../support/payload-bytes.js';
import { recoveryText } from '../bech32m.js';
import { type Bytes, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { slotBytes, slotParts } from '../slots.js';
import { dataKey, type HeaderParts, keysetBytes } from '../vault.js';
import { type Fields, holds } from '../vector-file.js';
import {
  DEK,
  FIRST,
  NEXT_DEK,
  NEXT_VAULT_KEY,
  PASSWORD,
  RECOVERY_SECRET,
  RETIRED_AT,
  secretSlot,
  THIRD_DEK,
  VAULT_KEY,
} from '../worlds.js';
import {
  BASE,
  HEADER_CHECKS as CHECKS,
  type HeaderVector,
  type Held,
  OPEN,
  openedHeader,
  passwordSlot,
} from './scenario.js';
import { filledParts } from './structure.js';

const SECRET_ROW =
  "| secret | 3 | 32 uniformly random bytes: a passkey's PRF output, a device key |";

const NEXT_SLOT = holds(
  '6',
  'If step 2 or 3 fails, the next slot is tried; if none is left, refuse with `UNLOCK_FAILED`. Which step failed MUST NOT be told.',
);

const KEPT = holds(
  '6',
  'A reader MUST keep such a slot byte by byte, MUST NOT try to open it, and does not look into its body.',
);

const FREE = holds(
  '8',
  'The order of the slots is free. No two have one id. At most one is a password slot.',
);

function opens(
  name: string,
  comment: string,
  parts: HeaderParts,
  open: Fields,
  vector: Partial<HeaderVector> = {},
  held: Held = {},
) {
  return openedHeader(name, parts, { comment, holds: CHECKS[14], open, ...vector }, held);
}

const anotherSecret = secretSlot(VAULT_KEY, {
  parts: slotParts('another slot', 3),
  secret: named('another secret', 32),
});

const unknownSlots = [0, 4, 255].map((type) =>
  slotBytes(type, named(`slot of type ${type}`, 8), named('a body', 5 * type)),
);

const damaged = secretSlot(VAULT_KEY, {
  parts: slotParts('a damaged slot', 3),
  change: { sealedKey: named('noise', 48) },
});

const sixteen = [...Array(13).keys()].map((i) =>
  secretSlot(VAULT_KEY, { parts: slotParts(`slot ${i}`, 3), secret: named(`secret ${i}`, 32) }),
);

const extensions = join([2, 0, 1, 0, 0], [0xff, 0xff, 0, 3, 1, 2, 3]);

const LAST_STAMP = Uint8Array.from(stamp(2 ** 47 - 1, 65_535));

const opened = [
  opens('opened-by-password', 'a password at the least costs', BASE, OPEN.password),
  opens(
    'opened-by-password-with-other-space',
    'the password with another space',
    BASE,
    { password: PASSWORD.replace(' ', '\u00a0') },
    {
      holds: holds(
        '4',
        'Each of these characters becomes U+0020: U+00A0, U+1680, U+2000–U+200A, U+202F, U+205F, U+3000.',
      ),
    },
  ),
  opens('opened-by-recovery-key', 'a recovery key', BASE, OPEN.recoveryKey),
  opens(
    'opened-by-recovery-key-as-typed',
    'a recovery key in lower case and without hyphens',
    BASE,
    { recoveryKey: recoveryText(RECOVERY_SECRET).toLowerCase() },
    { holds: holds('5', 'Remove white space and the hyphens U+002D and U+2010–U+2015.') },
  ),
  opens('opened-by-secret', 'a secret', BASE, OPEN.secret, { holds: holds('6', SECRET_ROW) }),
  opens(
    'second-secret-slot',
    'the second of two secret slots',
    { ...FIRST, slots: [anotherSecret, ...FIRST.slots] },
    OPEN.secret,
    { holds: NEXT_SLOT },
  ),
  opens(
    'damaged-slot-first',
    'the first secret slot is damaged, the second is not',
    { ...FIRST, slots: [damaged, ...FIRST.slots] },
    OPEN.secret,
    { holds: NEXT_SLOT },
  ),
  opens(
    'slots-in-another-order',
    'the password slot stands last',
    { ...BASE, slots: [...FIRST.slots, passwordSlot()] },
    OPEN.password,
    { holds: FREE },
  ),
  opens(
    'unknown-slots',
    'slots of types that are not assigned',
    { ...BASE, slots: [...unknownSlots, ...BASE.slots] },
    OPEN.secret,
    { holds: KEPT },
  ),
  opens(
    '16-slots',
    '16 slots, the last of which opens',
    {
      ...FIRST,
      slots: [...sixteen, FIRST.slots[0] as Bytes, passwordSlot(), FIRST.slots[1] as Bytes],
    },
    OPEN.secret,
    { holds: CHECKS[5] },
  ),
  opens(
    'info-256',
    '256 bytes of info',
    {
      ...FIRST,
      slots: [secretSlot(VAULT_KEY, { parts: slotParts('a slot', 3, named('info', 256)) })],
    },
    OPEN.secret,
    { holds: CHECKS[6] },
  ),
  opens(
    'extensions',
    'extensions that need not be known',
    { ...BASE, extensions },
    OPEN.recoveryKey,
    { holds: CHECKS[10] },
    {
      extensions: [
        { id: 1, bytes: '' },
        { id: 65_535, bytes: '010203' },
      ],
    },
  ),
  opens('longest-header', '65,536 bytes', filledParts(65_536), OPEN.recoveryKey, {
    holds: CHECKS[1],
  }),
  opens(
    'greatest-epoch',
    'epoch 4,294,967,295 with 32 predecessors',
    {
      ...BASE,
      epoch: 4_294_967_295,
      predecessors: [...Array(32).keys()].map((i) => named(`hash ${i}`, 32)),
    },
    OPEN.secret,
    { holds: CHECKS[4] },
  ),
  opens(
    'epoch-33',
    'epoch 33 with 32 predecessors',
    { ...BASE, epoch: 33, predecessors: [...Array(32).keys()].map((i) => named(`hash ${i}`, 32)) },
    OPEN.secret,
    { holds: CHECKS[4] },
  ),
  opens(
    'keyset-of-all-statuses',
    'rotated and revoked DEKs and an earlier vault key',
    {
      ...BASE,
      keyset: keysetBytes(
        [dataKey(DEK, 1), dataKey(NEXT_DEK, 2, RETIRED_AT), dataKey(THIRD_DEK, 3, LAST_STAMP)],
        [NEXT_VAULT_KEY],
      ),
    },
    OPEN.secret,
    { holds: CHECKS[16] },
    {
      keys: [
        { dek: DEK, status: 1 },
        { dek: NEXT_DEK, status: 2, stamp: RETIRED_AT },
        { dek: THIRD_DEK, status: 3, stamp: LAST_STAMP },
      ],
      earlier: [NEXT_VAULT_KEY],
    },
  ),
];

export const openingVectors: readonly NamedScenario[] = [...opened];
