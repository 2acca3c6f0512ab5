/** Section 14: merging two contents of one row. */
import {
  type Bytes,
  cell,
  group as groupBytes,
  type PayloadParts,
  payloadBytes,
  stamp,
  varint,
} from '../../../support/payload-bytes.js';
import { hex } from '../bytes.js';
import {
  group,
  holds,
  invalid,
  type Json,
  type Operation,
  shortenedHex,
  type Test,
  valid,
} from '../vector-file.js';
import { extension } from './payloads.js';

const [early, middle, late] = [stamp(1_000), stamp(2_000), stamp(3_000)] as const;
const otherWriter = [...middle.slice(0, 15), 9];
const text = (id: number, value: string): Bytes =>
  cell({ id, tag: 2, value: [...Buffer.from(value)] });
const tagged = (id: number, tag: number, value: Bytes = []): Bytes => cell({ id, tag, value });
const at = (when: Bytes, ...cells: Bytes[]): Bytes => groupBytes(when, cells);
const payload = (groups: readonly Bytes[], more: Partial<PayloadParts> = {}) => ({
  groups,
  ...more,
});
const bytes = (parts: PayloadParts): Json => shortenedHex(hex(payloadBytes(parts)));

function merge(
  comment: string,
  a: PayloadParts,
  b: PayloadParts,
  merged: PayloadParts,
  ...flags: string[]
): Test {
  return valid(comment, { a: bytes(a), b: bytes(b) }, { merged: bytes(merged) }, ...flags);
}

/** One column at one stamp, in both: the second is the greater. */
function greater(comment: string, a: Bytes, b: Bytes): Test {
  const [one, other] = [payload([at(early, a)]), payload([at(early, b)])];
  return merge(comment, one, other, other, 'EqualStamps');
}

const inserted = payload([at(early, text(1, 'a'), text(2, 'b'))]);
const firstEdited = payload([at(early, text(2, 'b')), at(middle, text(1, 'A'))]);
const secondEdited = payload([at(early, text(1, 'a')), at(late, text(2, 'B'))]);
const deleted = payload([at(middle)], { life: [2] });
const again = payload([at(late, text(1, 'new'))], { life: [3] });
const columns = (from: number, count: number): Bytes[] =>
  [...Array(count).keys()].map((i) => text(from + i, 'a'));
const list = (...extensions: Bytes[]): Bytes => [extensions.length, ...extensions.flat()];
const extended = (...extensions: Bytes[]) =>
  payload([at(early)], { extensions: list(...extensions) });
/** A column of so many bytes; a payload of two of them has 37 bytes more. */
const large = (id: number, length: number): Bytes => tagged(id, 8, Array(length).fill(0x61));
const HALF = 524_269;
const whole = payload([at(early, large(1, HALF), large(2, HALF + 1))]);

const sixteen = (from: number) =>
  extended(...[...Array(16).keys()].map((id) => extension(from + id, [])));

export const mergeVectors: Operation = {
  name: 'merges',
  algorithm: 'merging',
  holds: [
    ...holds('16', '| payload length | 1,048,576 | `LIMIT_EXCEEDED` |'),
    ...holds('11', 'The padded payload has at most 1,048,576 bytes (`LIMIT_EXCEEDED`).'),
    ...holds(
      '14',
      '1. Different lives: the higher one wins whole.',
      '2. Equal lives: column by column the later stamp wins; at equal stamps the greater value, by tag, then by bytes, a beginning before what it begins. A column on one side only is taken.',
      '3. The later of the two life stamps; of extensions with one id, the greater bytes.',
      'Rules 1 to 3 are commutative, associative and idempotent. A merge that is over a limit is refused with `LIMIT_EXCEEDED`.',
    ),
  ],
  flags: {
    Life: 'the lives differ',
    EqualStamps: 'a column has one stamp and two values, as after a restored backup',
    Extension: 'extensions are merged',
    Limit: 'the result is at a limit or over it',
  },
  groups: [
    group('MergePayloads', [
      merge('a row and itself', inserted, inserted, inserted),
      merge('an edit and what it edited', inserted, firstEdited, firstEdited),
      merge(
        'edits of two columns',
        firstEdited,
        secondEdited,
        payload([at(early), at(middle, text(1, 'A')), at(late, text(2, 'B'))]),
      ),
      merge(
        'edits of one column',
        payload([at(early), at(middle, text(1, 'A'))]),
        payload([at(early), at(late, text(1, 'B'))]),
        payload([at(early), at(late, text(1, 'B'))]),
      ),
      merge(
        'edits at one tick by two writers',
        payload([at(early), at(middle, text(1, 'z'))]),
        payload([at(early), at(otherWriter, text(1, 'a'))]),
        payload([at(early), at(otherWriter, text(1, 'a'))]),
      ),
      merge(
        'a column on one side only, unknown ones too',
        payload([at(early, text(1, 'a'))]),
        payload([at(early, tagged(0xffffffff, 200, [1]))]),
        payload([at(early, text(1, 'a'), tagged(0xffffffff, 200, [1]))]),
      ),
      merge(
        'an unset column against its earlier value',
        payload([at(early, text(1, 'a'))]),
        payload([at(early), at(middle, tagged(1, 0))]),
        payload([at(early), at(middle, tagged(1, 0))]),
      ),
      merge(
        'a value against its earlier absence',
        payload([at(early, tagged(1, 0))]),
        payload([at(early), at(middle, text(1, ''))]),
        payload([at(early), at(middle, text(1, ''))]),
      ),
      merge('a delete against the row', inserted, deleted, deleted, 'Life'),
      merge(
        'a delete against a later edit',
        payload([at(early), at(late, text(1, 'b'))]),
        deleted,
        deleted,
        'Life',
      ),
      merge('an insert again against the delete', deleted, again, again, 'Life'),
      merge('an insert again against the first life', inserted, again, again, 'Life'),
      merge(
        'an insert again against a column that is later',
        payload([at(early), at(stamp(9_000), text(1, 'b'))]),
        payload([at(middle, text(2, 'c'))], { life: [3] }),
        payload([at(middle, text(2, 'c'))], { life: [3] }),
        'Life',
      ),
      merge(
        'the greatest lives',
        payload([at(late)], { life: varint(2_147_483_644) }),
        payload([at(early)], { life: varint(2_147_483_646) }),
        payload([at(early)], { life: varint(2_147_483_646) }),
        'Life',
      ),
      merge(
        'two deletes',
        deleted,
        payload([at(late)], { life: [2] }),
        payload([at(late)], { life: [2] }),
      ),
      merge(
        'two inserts: the later life stamp, and the columns by theirs',
        payload([at(early, text(1, 'a'))]),
        payload([at(middle, text(2, 'b'))]),
        payload([at(early, text(1, 'a')), at(middle, text(2, 'b'))], { lifeGroup: [1] }),
      ),
      merge(
        'the life stamp of an earlier group is given up',
        payload([at(early), at(late, text(1, 'a'))]),
        payload([at(middle)]),
        payload([at(middle), at(late, text(1, 'a'))]),
      ),
      greater('the greater byte', text(1, 'a'), text(1, 'b')),
      greater('unsigned bytes', tagged(1, 8, [0x7f]), tagged(1, 8, [0x80])),
      greater('a beginning before what it begins', text(1, 'a'), text(1, 'ab')),
      greater('nothing before something', text(1, ''), text(1, '\0')),
      greater('length does not count', text(1, 'aaaa'), text(1, 'b')),
      greater('integers by bytes, not by value', tagged(1, 3, [1]), tagged(1, 3, [0xff])),
      greater('the greater tag', tagged(1, 2, [0xff]), tagged(1, 3, [0])),
      greater('absent before null', tagged(1, 0), tagged(1, 1)),
      greater('null before a value', tagged(1, 1), text(1, '')),
      greater('a tag of no version', tagged(1, 11, [0x7b]), tagged(1, 255)),
      merge(
        'extensions of one id',
        extended(extension(1, [1])),
        extended(extension(1, [2])),
        extended(extension(1, [2])),
        'Extension',
      ),
      merge(
        'an extension and its beginning',
        extended(extension(1, [1, 0])),
        extended(extension(1, [1])),
        extended(extension(1, [1, 0])),
        'Extension',
      ),
      merge(
        'extensions of two ids, by rising id',
        extended(extension(9, [1])),
        extended(extension(2, [])),
        extended(extension(2, []), extension(9, [1])),
        'Extension',
      ),
      merge(
        '16 extensions on both sides',
        sixteen(1),
        sixteen(1),
        sixteen(1),
        'Extension',
        'Limit',
      ),
      invalid(
        '17 extensions together',
        { a: bytes(sixteen(1)), b: bytes(sixteen(2)) },
        'LIMIT_EXCEEDED',
        'Limit',
      ),
      merge(
        '256 columns together',
        payload([at(early, ...columns(0, 128))]),
        payload([at(early, ...columns(128, 128))]),
        payload([at(early, ...columns(0, 256))]),
        'Limit',
      ),
      merge(
        '1,048,576 bytes together',
        payload([at(early, large(1, HALF))]),
        payload([at(early, large(2, HALF + 1))]),
        whole,
        'Limit',
      ),
      invalid(
        '1,048,577 bytes together',
        {
          a: bytes(payload([at(early, large(1, HALF))])),
          b: bytes(payload([at(early, large(2, HALF + 2))])),
        },
        'LIMIT_EXCEEDED',
        'Limit',
      ),
      invalid(
        '257 columns together',
        {
          a: bytes(payload([at(early, ...columns(0, 128))])),
          b: bytes(payload([at(early, ...columns(128, 129))])),
        },
        'LIMIT_EXCEEDED',
        'Limit',
      ),
    ]),
  ],
};
