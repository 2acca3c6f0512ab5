/** Checks 1 to 11: what can be refused without a secret. */
import { bigEndian } from '../../../support/payload-bytes.js';
import { type Bytes, base64url, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { kdfBytes, makeSlot, slotBytes, slotParts } from '../slots.js';
import { type HeaderParts, headerBytes, headerFields } from '../vault.js';
import { holds, type Json } from '../vector-file.js';
import { FIRST, VAULT_ID, VAULT_KEY } from '../worlds.js';
import {
  BASE,
  HEADER_CHECKS as CHECKS,
  passwordSlot,
  refusedHeader,
  shortened,
} from './scenario.js';

const KEK = named('KEK', 32);
const text = (change: Partial<HeaderParts>): string =>
  base64url(headerBytes({ ...BASE, ...change }));
const honest = headerBytes(BASE);
const honestText = base64url(honest);
const startingWith = (byte: number): string => base64url(join([byte], honest.slice(1)));

type Case = readonly [name: string, comment: string, header: Json];

function each(code: string, check: number, held: keyof typeof CHECKS, cases: readonly Case[]) {
  return cases.map(([name, comment, header]) =>
    refusedHeader(name, code, check, { comment, holds: CHECKS[held], header }),
  );
}

const missing = refusedHeader('no-header', 'VAULT_MISSING', undefined, {
  comment: 'the store has no header',
  holds: holds(
    '8',
    'No header at all is `VAULT_MISSING`; a new vault MUST NOT be made silently in its place.',
  ),
  header: null,
});

const texts = [
  ...each('LIMIT_EXCEEDED', 1, 1, [
    ['one-byte-too-long', '65,537 bytes', filled(65_537)],
    [
      'one-character-too-long',
      '87,383 characters of no base64url',
      [{ repeat: '!', times: 87_383 }],
    ],
    ['a-megabyte', 'a million characters', [{ repeat: 'A', times: 1_000_000 }]],
  ]),
  ...each('HEADER_MALFORMED', 2, 2, [
    ['padding-character', 'a padding character at the end', `${honestText}=`],
    ['line-break', 'a line break at the end', `${honestText}\n`],
    ['space-first', 'a space at the beginning', ` ${honestText}`],
    [
      'plain-base64',
      'a character of plain base64',
      `${honestText.slice(0, 40)}+${honestText.slice(41)}`,
    ],
    ['no-base64url', 'text of something else', '{"vault":"header"}'],
    ['later-version-not-strict', 'check 2 comes before check 3', `${startingWith(0x1f)}=`],
  ]),
  ...each('UNSUPPORTED_VERSION', 3, 'future', [
    ['later-version-10', 'a first byte that is not assigned', startingWith(0x10)],
    ['later-version-1f', 'the last first byte of rowseal', startingWith(0x1f)],
    ['later-version-alone', 'a later version, of one byte', base64url([0x1f])],
    [
      'later-version-noise',
      'a later version, of noise',
      base64url(join([0x10], named('noise', 50))),
    ],
  ]),
  ...each('HEADER_MALFORMED', 3, 3, [
    ['envelope-as-header', 'the first byte of an envelope', startingWith(0x01)],
    ['kept-key-as-header', 'the first byte of a kept key', startingWith(0x05)],
    ['keyset-as-header', 'the first byte of a keyset', startingWith(0x03)],
    ['pin-as-header', 'a pin in place of the header', base64url(join([4], honest))],
    ['first-byte-00', 'a first byte of no format', startingWith(0x00)],
    ['first-byte-20', 'the first byte after those of rowseal', startingWith(0x20)],
    ['first-byte-ff', 'the last byte there is', startingWith(0xff)],
  ]),
];

/** A header of so many bytes, most of them zeros in a slot that nobody looks into. */
export function filledParts(length: number): HeaderParts {
  const slots = (fill: number) => [
    ...BASE.slots,
    slotBytes(0, named('filling slot', 8), new Uint8Array(fill)),
  ];
  const empty = headerBytes({ ...BASE, slots: slots(0) }).length;
  return { ...BASE, slots: slots(length - empty) };
}

function filled(length: number): Json {
  return shortened(base64url(headerBytes(filledParts(length))));
}

const hashes = (count: number): Bytes[] =>
  [...Array(count).keys()].map((i) => named(`hash ${i}`, 32));
const predecessors = (epoch: number, count: number): Partial<HeaderParts> => ({
  epoch,
  predecessors: hashes(count),
});

const epochs = each('HEADER_MALFORMED', 4, 4, [
  ['epoch-0', 'epoch 0', text({ epoch: 0 })],
  ['epoch-0-predecessor', 'epoch 0 with a predecessor', text(predecessors(0, 1))],
  ['epoch-1-predecessor', 'epoch 1 with a predecessor', text(predecessors(1, 1))],
  ['epoch-2-no-predecessor', 'epoch 2 without a predecessor', text(predecessors(2, 0))],
  ['epoch-33-31-predecessors', 'epoch 33 with 31 predecessors', text(predecessors(33, 31))],
  ['epoch-34-33-predecessors', 'epoch 34 with 33 predecessors', text(predecessors(34, 33))],
  [
    'predecessors-255',
    '255 predecessors, and one there',
    text({ ...predecessors(2, 1), predecessorCount: 255 }),
  ],
  ['epoch-0-17-slots', 'check 4 comes before check 5', text({ epoch: 0, slotCount: 17 })],
]);

const secretSlots = (count: number): Bytes[] =>
  [...Array(count).keys()].map((i) =>
    makeSlot(VAULT_ID, slotParts(`slot ${i}`, 3), KEK, VAULT_KEY),
  );
const secret = (info: Bytes): Bytes =>
  makeSlot(VAULT_ID, slotParts('a slot', 3, info), KEK, VAULT_KEY);
const longInfo = secret(named('info', 257));
const weak = passwordSlot({ kdf: kdfBytes(19_455, 2, 1) });
const [recoverySlot, secretSlot] = FIRST.slots as [Bytes, Bytes];
const sameId = slotBytes(9, secretSlot.slice(1, 9), named('body', 3));
const otherPassword = passwordSlot({ id: named('another id', 8) });
const body = secretSlot.slice(11);
const resized = (length: number): Bytes =>
  slotBytes(3, secretSlot.slice(1, 9), join(body, new Uint8Array(9)).slice(0, length));

const slots = [
  ...each('HEADER_MALFORMED', 5, 'noSlot', [['no-slot', 'no slot', text({ slots: [] })]]),
  ...each('LIMIT_EXCEEDED', 5, 5, [
    ['17-slots', '17 slots', text({ slots: secretSlots(17) })],
    ['255-slots', '255 slots, and three there', text({ slotCount: 255 })],
    [
      '17-slots-first-malformed',
      'check 5 comes before checks 6 to 8',
      text({ slots: [longInfo, ...secretSlots(16)] }),
    ],
  ]),
  ...each('HEADER_MALFORMED', 6, 6, [
    ['info-257', '257 bytes of info', text({ slots: [...BASE.slots, longInfo] })],
    [
      'info-before-costs',
      'info of the first slot, then costs of the second',
      text({ slots: [longInfo, weak] }),
    ],
  ]),
  ...each('KDF_PARAMS_REFUSED', 7, 7, [
    ['memory-too-low', '19,455 KiB', text({ slots: [weak] })],
    [
      'passes-too-low',
      'one pass',
      text({ slots: [passwordSlot({ kdf: kdfBytes(65_536, 1, 1) })] }),
    ],
    ['no-lane', 'no lane', text({ slots: [passwordSlot({ kdf: kdfBytes(65_536, 3, 0) })] })],
    ['five-lanes', 'five lanes', text({ slots: [passwordSlot({ kdf: kdfBytes(65_536, 3, 5) })] })],
    [
      'work-too-high',
      '524,289 KiB and 2 passes',
      text({ slots: [passwordSlot({ kdf: kdfBytes(524_289, 2, 1) })] }),
    ],
    [
      'costs-of-hours',
      'all the memory and passes there are',
      text({ slots: [passwordSlot({ kdf: kdfBytes(4_294_967_295, 4_294_967_295, 255) })] }),
    ],
    [
      'password-rule-2',
      'a password rule that is not known',
      text({ slots: [passwordSlot({ kdf: kdfBytes(19_456, 2, 1, 2) })] }),
    ],
    [
      'password-rule-0',
      'password rule 0',
      text({ slots: [passwordSlot({ kdf: kdfBytes(19_456, 2, 1, 0) })] }),
    ],
    [
      'kdf-2',
      'a KDF that is not known',
      text({ slots: [passwordSlot({ kdf: kdfBytes(19_456, 2, 1, 1, 2) })] }),
    ],
    [
      'costs-before-info',
      'costs of the first slot, then info of the second',
      text({ slots: [weak, longInfo] }),
    ],
    [
      'costs-before-length',
      'check 7 comes before check 8',
      text({ slots: [slotBytes(1, named('id', 8), join([0, 0], kdfBytes(8, 1, 1)))] }),
    ],
    ['costs-before-ids', 'check 7 comes before check 9', text({ slots: [weak, weak] })],
    ['costs-of-second-slot', 'costs of the second slot', text({ slots: [recoverySlot, weak] })],
  ]),
  ...each('HEADER_MALFORMED', 8, 8, [
    ['body-empty', 'an empty body', text({ slots: [...BASE.slots.slice(0, 2), resized(0)] })],
    [
      'body-one-byte-short',
      'a body one byte too short',
      text({ slots: [...BASE.slots.slice(0, 2), resized(body.length - 1)] }),
    ],
    [
      'body-one-byte-long',
      'a body one byte too long',
      text({ slots: [...BASE.slots.slice(0, 2), resized(body.length + 1)] }),
    ],
    [
      'password-body-in-recovery-slot',
      'the body of a password slot in a recovery-key slot',
      text({ slots: [join([2], passwordSlot().slice(1))] }),
    ],
  ]),
  ...each('HEADER_MALFORMED', 9, 9, [
    ['slot-twice', 'a slot twice', text({ slots: [recoverySlot, recoverySlot] })],
    [
      'slot-id-of-unknown-type',
      'a slot of an unknown type with the id of another',
      text({ slots: [...BASE.slots, sameId] }),
    ],
    [
      'password-slot-twice',
      'two password slots of one id: ids come first',
      text({ slots: [passwordSlot(), passwordSlot()] }),
    ],
  ]),
  ...each('LIMIT_EXCEEDED', 9, 'passwords', [
    ['two-password-slots', 'two password slots', text({ slots: [passwordSlot(), otherPassword] })],
    [
      'two-password-slots-and-extension',
      'check 9 comes before check 10',
      text({ slots: [passwordSlot(), otherPassword], extensions: join([1, 0, 7, 1, 0]) }),
    ],
  ]),
];

const list = (...bytes: number[]): string => text({ extensions: join(bytes) });
const seventeen = [...Array(17).keys()].flatMap((id) => [...bigEndian(id, 2), 0, 0]);

const extensions = [
  ...each('HEADER_MALFORMED', 10, 10, [
    ['extensions-17', '17 extensions', list(17, ...seventeen)],
    ['extensions-falling', 'extensions in falling order', list(2, 0, 2, 0, 0, 0, 1, 0, 0)],
    ['extensions-equal', 'two extensions of one id', list(2, 0, 2, 0, 0, 0, 2, 0, 0)],
    ['extension-flag-2', 'an extension that is neither critical nor not', list(1, 0, 7, 2, 0)],
    ['extension-varint', 'a length not in its shortest form', list(1, 0, 7, 0, 0x80, 0)],
    [
      'extension-too-long',
      'an extension longer than the header',
      list(1, 0, 7, 0, 0xff, 0xff, 0x7f),
    ],
  ]),
  ...each('UNSUPPORTED_VERSION', 10, 10, [
    ['critical-extension', 'a critical extension', list(1, 0, 7, 1, 0)],
    [
      'critical-extension-second',
      'a critical extension after another',
      list(2, 0, 1, 0, 1, 5, 0, 7, 1, 1, 5),
    ],
    [
      'critical-extension-and-end',
      'a critical extension, and nothing after it',
      base64url(join(headerFields(BASE).slice(0, -1), [1, 0, 7, 1, 0])),
    ],
  ]),
];

const shortKeyset = (length: number): string => text({ sealedKeyset: named('keyset', length) });
const keysetEnd = headerFields(BASE).length;
const ends = each('HEADER_MALFORMED', 11, 11, [
  ['keyset-0', 'a sealed keyset of no bytes', shortKeyset(0)],
  ['keyset-39', 'a sealed keyset of 39 bytes', shortKeyset(39)],
  ['trailing-byte', 'a byte after the MAC', text({ trailing: join([0]) })],
  ['trailing-header', 'a second header after the MAC', text({ trailing: honest })],
  ['short-mac', 'a MAC of 31 bytes', base64url(honest.slice(0, -1))],
  ['no-mac', 'no MAC', base64url(honest.slice(0, -32))],
  [
    'keyset-length-65535',
    'a keyset longer than the header',
    base64url(join(honest.slice(0, keysetEnd), [255, 255], honest.slice(keysetEnd + 2))),
  ],
  [
    'keyset-length-one-less',
    'the length of the keyset is one less',
    base64url(honest.map((byte, i) => (i === keysetEnd + 1 ? byte - 1 : byte))),
  ],
]);

/** Names of fields and where they end, in a header of epoch 2 with one predecessor. */
function cuts(): NamedScenario[] {
  const parts: HeaderParts = {
    ...BASE,
    ...predecessors(2, 1),
    extensions: join([1, 0, 7, 0, 1, 9]),
  };
  const whole = headerBytes(parts);
  const slotEnds = parts.slots.map((_, i) =>
    parts.slots.slice(0, i + 1).reduce((sum, slot) => sum + slot.length, 0),
  );
  const firstSlot = 54 + 32 + 1;
  const fields: readonly (readonly [string, number, number])[] = [
    ...([
      ['first-byte', 1, 4],
      ['vault-id', 17, 4],
      ['vault-key-id', 49, 4],
      ['epoch', 53, 4],
    ] as const),
    ...([
      ['predecessor-count', 54, 4],
      ['predecessors', 86, 5],
      ['slot-count', firstSlot, 6],
    ] as const),
    ...([
      ['slot-type', firstSlot + 1, 6],
      ['slot-id', firstSlot + 9, 6],
      ['slot-length', firstSlot + 11, 8],
    ] as const),
    ...slotEnds.map(
      (end, i) => [`slot-${i + 1}`, firstSlot + end, i + 1 < slotEnds.length ? 6 : 10] as const,
    ),
    ['extension-list', firstSlot + (slotEnds.at(-1) as number) + 6, 11],
    ['keyset-length', firstSlot + (slotEnds.at(-1) as number) + 8, 11],
    ['keyset', whole.length - 32, 11],
  ];
  return fields.map(([name, end, check]) =>
    refusedHeader(`cut-after-${name}`, 'HEADER_MALFORMED', check, {
      comment: `the header ends after: ${name.replaceAll('-', ' ')}`,
      holds: holds(
        '8',
        'Bytes that end in the middle of a field are `HEADER_MALFORMED` at that field.',
      ),
      header: base64url(whole.slice(0, end)),
    }),
  );
}

export const structureVectors: readonly NamedScenario[] = [
  missing,
  ...[...texts, ...epochs, ...slots, ...extensions, ...ends, ...cuts()],
];
