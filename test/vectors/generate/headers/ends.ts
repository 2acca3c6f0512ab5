import { type Bytes, base64url, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { type HeaderParts, headerBytes, headerFields } from '../vault.js';
import { holds, type Json } from '../vector-file.js';
import { FIRST } from '../worlds.js';
import { BASE, HEADER_CHECKS as CHECKS, refusedHeader } from './scenario.js';

const text = (change: Partial<HeaderParts>): string =>
  base64url(headerBytes({ ...BASE, ...change }));

const honest = headerBytes(BASE);

type Case = readonly [name: string, comment: string, header: Json];

function each(code: string, check: number, held: keyof typeof CHECKS, cases: readonly Case[]) {
  return cases.map(([name, comment, header]) =>
    refusedHeader(name, code, check, { comment, holds: CHECKS[held], header }),
  );
}

const hashes = (count: number): Bytes[] =>
  [...Array(count).keys()].map((i) => named(`hash ${i}`, 32));

const predecessors = (epoch: number, count: number): Partial<HeaderParts> => ({
  epoch,
  predecessors: hashes(count),
});

const [_recoverySlot, _secretSlot] = FIRST.slots as [Bytes, Bytes];

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
function cutHeaders(): NamedScenario[] {
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
        'That is check 4 up to the predecessors, 5 for the number of slots, 6 for the type, id and length of a slot, and 8 for its body.',
      ),
      header: base64url(whole.slice(0, end)),
    }),
  );
}

const cut = cutHeaders();

export const endVectors: readonly NamedScenario[] = [...ends, ...cut];
