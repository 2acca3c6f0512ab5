/** Payloads that break one rule of section 11 each. */
import {
  type Bytes,
  bigEndian,
  cell,
  group,
  type PayloadParts,
  payloadBytes,
  stamp,
  varint,
} from '../../../support/payload-bytes.js';

export interface BrokenPayload {
  readonly comment: string;
  readonly payload: Uint8Array;
  readonly expect?: 'UNSUPPORTED_VERSION';
  readonly flags?: readonly string[];
}

const [first, second] = [stamp(1_000), stamp(2_000)] as const;
const text = (id: number, value = [0x61]): Bytes => cell({ id, tag: 2, value });
const extension = (id: number, critical: number, bytes: Bytes, length = varint(bytes.length)) => [
  ...[...bigEndian(id, 2), critical, ...length],
  ...bytes,
];
const life = group(first, []);
const whole = payloadBytes({
  extensions: [1, ...extension(1, 0, [7])],
  groups: [group(first, [text(1)]), group(second, [text(2, Array(130).fill(0x62))])],
  lifeGroup: [1],
});

const broken = (comment: string, parts: PayloadParts, ...flags: string[]): BrokenPayload => ({
  comment,
  flags,
  payload: payloadBytes(parts),
});
const one = (comment: string, bytes: Bytes, ...flags: string[]): BrokenPayload =>
  broken(comment, { groups: [group(first, [bytes])] }, ...flags);
const extended = (comment: string, extensions: Bytes): BrokenPayload =>
  broken(comment, { extensions, groups: [life] }, 'Extension');
const unsupported = (comment: string, extensions: Bytes): BrokenPayload => ({
  ...extended(comment, extensions),
  expect: 'UNSUPPORTED_VERSION',
});

export function brokenPayloads(): BrokenPayload[] {
  return [...extensions(), ...groups(), ...columns(), ...numbers(), ...ends()];
}

function extensions(): BrokenPayload[] {
  return [
    unsupported('a critical extension', [1, ...extension(7, 1, [])]),
    unsupported('a critical extension after another', [
      ...[2, ...extension(1, 0, [1]), ...extension(2, 1, [5])],
    ]),
    {
      ...unsupported('a critical extension, and nothing of the rest', []),
      payload: Uint8Array.from([1, 1, 0, 7, 1, 0]),
    },
    unsupported('a critical extension before two of one id', [
      ...[3, ...extension(1, 1, []), ...extension(2, 0, []), ...extension(2, 0, [])],
    ]),
    extended('two extensions of one id, the second critical', [
      ...[2, ...extension(2, 0, []), ...extension(2, 1, [])],
    ]),
    extended('extensions in falling order', [2, ...extension(2, 0, []), ...extension(1, 0, [])]),
    extended('two extensions of one id', [2, ...extension(2, 0, []), ...extension(2, 0, [])]),
    extended('a flag of 2', [1, ...extension(1, 2, [])]),
    extended('a flag of 255', [1, ...extension(1, 255, [])]),
    extended('17 extensions', [17, ...[...Array(17).keys()].flatMap((id) => extension(id, 0, []))]),
    extended('an extension longer than the payload', [1, ...extension(1, 0, [], varint(10_000))]),
    extended('a critical extension longer than the payload', [
      ...[1, ...extension(1, 1, [], varint(10_000))],
    ]),
    extended('a length not in its shortest form', [1, ...extension(1, 0, [7], [0x81, 0])]),
  ];
}

function groups(): BrokenPayload[] {
  const full = [...Array(256).keys()].map((id) => text(id));
  return [
    broken('no group', { groups: [], groupCount: [0] }),
    broken('an index without its group', { groups: [life], lifeGroup: [1] }),
    broken('an index of 2^32 − 1', { groups: [life], lifeGroup: varint(4_294_967_295) }),
    broken(
      'stamps in falling order',
      {
        groups: [group(second, [text(1)]), group(first, [text(2)])],
      },
      'Order',
    ),
    broken(
      'a stamp twice',
      { groups: [group(first, [text(1)]), group(first, [text(2)])] },
      'Order',
    ),
    broken("an empty group that is not the life's", { groups: [life, group(second, [])] }),
    broken("an empty group before the life's", {
      groups: [life, group(second, [text(1)])],
      lifeGroup: [1],
    }),
    broken('a stamp of 2^47 ms', { groups: [group(stamp(2 ** 47), [text(1)])] }, 'Limit'),
    broken('a stamp of 2^48 − 1 ms', { groups: [group(stamp(2 ** 48 - 1), [text(1)])] }, 'Limit'),
    broken(
      '258 groups',
      {
        groups: [...full.map((each, id) => group(stamp(id), [each])), life, life],
      },
      'Limit',
    ),
    broken('257 columns', { groups: [group(first, [...full, text(256)])] }, 'Limit'),
    broken(
      '257 columns in two groups',
      {
        groups: [group(first, full), group(second, [text(256)])],
      },
      'Limit',
    ),
    broken('2^32 − 1 groups', { groups: [life], groupCount: varint(4_294_967_295) }, 'Limit'),
    broken('2^32 − 1 columns', { groups: [group(first, [], varint(4_294_967_295))] }, 'Limit'),
  ];
}

function columns(): BrokenPayload[] {
  return [
    broken('ids in falling order', { groups: [group(first, [text(2), text(1)])] }, 'Order'),
    broken('a column twice in a group', { groups: [group(first, [text(1), text(1)])] }, 'Order'),
    broken(
      'a column in two groups',
      {
        groups: [group(first, [text(1)]), group(second, [text(1)])],
      },
      'Order',
    ),
    one('absent with a byte', cell({ id: 1, tag: 0, value: [0] })),
    one('null with a byte', cell({ id: 1, tag: 1, value: [0] })),
    one(
      'a value longer than the payload',
      cell({ id: 1, tag: 2, value: [], length: varint(9_999) }),
    ),
    broken('a deleted row with a column', { life: [2], groups: [group(first, [text(1)])] }),
    broken('a deleted row with an empty column', {
      life: [4],
      groups: [group(first, [cell({ id: 1, tag: 1, value: [] })])],
    }),
  ];
}

function numbers(): BrokenPayload[] {
  const groupsOf = { groups: [life] };
  return [
    broken('a life of 0', { life: [0], ...groupsOf }),
    broken('a life of 2^31 − 1', { life: varint(2_147_483_647), ...groupsOf }, 'Limit'),
    broken('a life of 2^32 − 1', { life: varint(4_294_967_295), ...groupsOf }, 'Limit'),
    broken('a life of 2^32', { life: [0x80, 0x80, 0x80, 0x80, 0x10], ...groupsOf }, 'Limit'),
    broken('a life in two bytes', { life: [0x81, 0], ...groupsOf }, 'Varint'),
    broken('a number of groups in two bytes', { ...groupsOf, groupCount: [0x81, 0] }, 'Varint'),
    broken(
      'a number of columns in two bytes',
      {
        groups: [group(first, [text(1)], [0x81, 0])],
      },
      'Varint',
    ),
    one(
      'a length in two bytes',
      cell({ id: 1, tag: 2, value: [0x61], length: [0x81, 0] }),
      'Varint',
    ),
    broken('an index in two bytes', { ...groupsOf, lifeGroup: [0x80, 0] }, 'Varint'),
  ];
}

function ends(): BrokenPayload[] {
  return [
    ...[...Array(whole.length).keys()].map((length) => ({
      comment: `cut to ${length} of ${whole.length} bytes`,
      payload: whole.subarray(0, length),
      flags: ['Truncated'],
    })),
    broken('padding of a byte that is not zero', { groups: [life], padding: [1] }, 'Padding'),
    broken('padding that ends with a byte', { groups: [life], padding: [0, 0, 0, 1] }, 'Padding'),
    broken('padding that begins with a byte', { groups: [life], padding: [128, 0, 0] }, 'Padding'),
  ];
}
