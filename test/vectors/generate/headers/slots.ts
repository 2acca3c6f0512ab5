/** Checks 5 to 10: slots and extensions, read without a secret. */
import { bigEndian } from '../../../support/payload-bytes.js';
import { type Bytes, base64url, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { kdfBytes, makeSlot, slotBytes, slotParts } from '../slots.js';
import { type HeaderParts, headerBytes, headerFields } from '../vault.js';
import type { Json } from '../vector-file.js';
import { FIRST, VAULT_ID, VAULT_KEY } from '../worlds.js';
import { BASE, HEADER_CHECKS as CHECKS, passwordSlot, refusedHeader } from './scenario.js';

const KEK = named('KEK', 32);

const text = (change: Partial<HeaderParts>): string =>
  base64url(headerBytes({ ...BASE, ...change }));

type Case = readonly [name: string, comment: string, header: Json];

function each(code: string, check: number, held: keyof typeof CHECKS, cases: readonly Case[]) {
  return cases.map(([name, comment, header]) =>
    refusedHeader(name, code, check, { comment, holds: CHECKS[held], header }),
  );
}

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

/** A slot whose body says that it is longer than the header. */
const running = (slot: Bytes): Bytes => slot.map((byte, i) => (i === 9 ? 0xff : byte));

const beyond = each('HEADER_MALFORMED', 8, 8, [
  [
    'body-beyond-the-end',
    'the body of a slot runs past the end',
    text({ slots: [running(secretSlot)] }),
  ],
  [
    'body-beyond-the-end-and-costs',
    'the same, of a password slot with costs that are refused',
    text({ slots: [running(weak)] }),
  ],
]);

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

export const slotVectors: readonly NamedScenario[] = [...slots, ...beyond, ...extensions];
