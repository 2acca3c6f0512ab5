/** Section 10: stamps. */
import { type Bytes, bigEndian } from '../../../support/payload-bytes.js';
import { hex, named } from '../bytes.js';
import { group, holds, invalid, type Operation, type Test, valid } from '../vector-file.js';

const DAY = 86_400_000;
const LIMIT = 2 ** 47;
const NOW = 1_767_323_045_678;
const WRITER = [...named('writer', 8)];
const OTHER = [...named('another writer', 8)];

type Tick = readonly [milliseconds: number, counter: number];

const tick = ([milliseconds, counter]: Tick) => ({ milliseconds, counter });
const stamp = ([milliseconds, counter]: Tick, writer: Bytes = WRITER): string =>
  hex([...bigEndian(milliseconds, 6), ...bigEndian(counter, 2), ...writer]);

interface Moment {
  readonly now?: number;
  readonly last?: Tick;
  readonly replaced?: readonly Tick[];
}

const inputs = ({ now = NOW, last = [0, 0], replaced = [] }: Moment) => ({
  now,
  last: tick(last),
  replaced: replaced.map((each) => stamp(each, OTHER)),
});

/** The stamp's time, and what the writer remembers as its last. */
function next(comment: string, moment: Moment, expected: Tick, nextLast = expected): Test {
  return valid(comment, inputs(moment), { stamp: stamp(expected), nextLast: tick(nextLast) });
}

const none = (comment: string, moment: Moment): Test =>
  invalid(comment, inputs(moment), 'LIMIT_EXCEEDED');

const far = NOW + DAY + 1;
const ORDERED = [
  ...[
    stamp([0, 0], Array(8).fill(0)),
    stamp([0, 0], Array(8).fill(255)),
    stamp([0, 1]),
    stamp([1, 0]),
  ],
  ...[stamp([255, 65_535]), stamp([256, 0]), stamp([NOW, 0]), stamp([NOW, 1])],
  stamp([LIMIT - 1, 65_535]),
];

export const stampVectors: Operation = {
  name: 'stamps',
  algorithm: 'hybrid logical clock',
  holds: holds(
    '10',
    '1. (now, 0), if `now` is later than the milliseconds of the latest of them;',
    '2. else the latest of them with its counter plus 1; 65,535 carries into the milliseconds.',
    "A stamp more than 86,400,000 ms ahead of the writer's clock does not become its `last`. Where no later stamp exists, refuse with `LIMIT_EXCEEDED`.",
    'Stamps are compared as byte strings.',
  ),
  flags: {},
  groups: [
    group(
      'NextStamp',
      [
        next('the first', {}, [NOW, 0]),
        next('a later millisecond', { last: [NOW - 1, 7] }, [NOW, 0]),
        next('the same millisecond', { last: [NOW, 0] }, [NOW, 1]),
        next('the clock went back', { last: [NOW + 5, 3] }, [NOW + 5, 4]),
        next('a stamp from the past is replaced', { replaced: [[NOW - 1, 9]] }, [NOW, 0]),
        next('one of the same millisecond', { replaced: [[NOW, 4]] }, [NOW, 5]),
        next('one from the future', { replaced: [[NOW + 10, 4]] }, [NOW + 10, 5]),
        next(
          'the latest of several',
          {
            replaced: [
              [NOW + 1, 9],
              [NOW + 2, 1],
              [5, 5],
            ],
          },
          [NOW + 2, 2],
        ),
        next('its last is later', { last: [NOW + 3, 0], replaced: [[NOW + 2, 8]] }, [NOW + 3, 1]),
        next('the counter carries', { last: [NOW, 65_535] }, [NOW + 1, 0]),
        next('the counter of a replaced one carries', { replaced: [[NOW + 1, 65_535]] }, [
          NOW + 2,
          0,
        ]),
        next('a day ahead', { replaced: [[NOW + DAY, 0]] }, [NOW + DAY, 1]),
        next('more than a day ahead', { replaced: [[far, 0]] }, [far, 1], [0, 0]),
        next(
          'more than a day ahead, with a last of its own',
          { last: [NOW, 3], replaced: [[far, 0]] },
          [far, 1],
          [NOW, 3],
        ),
        next(
          'a day ahead, and the counter carries beyond it',
          { replaced: [[NOW + DAY, 65_535]] },
          [NOW + DAY + 1, 0],
          [0, 0],
        ),
        next('the last millisecond', { now: LIMIT - 1 }, [LIMIT - 1, 0]),
        next('the last stamp of all', { now: LIMIT - 1, last: [LIMIT - 1, 65_534] }, [
          LIMIT - 1,
          65_535,
        ]),
        none('after the last stamp of all', { now: LIMIT - 1, last: [LIMIT - 1, 65_535] }),
        none('after a replaced one that is the last of all', { replaced: [[LIMIT - 1, 65_535]] }),
        none('a clock at the limit', { now: LIMIT }),
      ],
      { writerId: hex(WRITER) },
    ),
    group(
      'CompareStamps',
      ORDERED.flatMap((a, i) =>
        ORDERED.map((b, j) => valid('', { a, b }, { order: Math.sign(i - j) })),
      ),
    ),
  ],
};
