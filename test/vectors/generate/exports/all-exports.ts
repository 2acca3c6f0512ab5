/** Every file of `exports`. */
import { NOTES } from '../rows/notes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { headerText, pinText } from '../vault.js';
import { type Fields, type Hold, holds, type Json } from '../vector-file.js';
import { FIRST, RECOVERY_KEY, REKEYED, SECOND } from '../worlds.js';
import { firstLine, lastLine, wholeFile } from './lines.js';
import { BINARY, ENTRIES, LINES } from './rows.js';

type Held = readonly (Hold & Fields)[];
interface ExportVector {
  readonly comment: string;
  readonly holds: Held;
  readonly file: readonly string[];
  readonly pin?: string;
  readonly acceptRetired?: boolean;
}

const ROW = holds(
  '20',
  "| one for each row | `table`, `row` | the table's stored name; an object, see below |",
);
const OPENS = holds(
  '20',
  'Whatever it is, each row opens by itself, by section 13, or is refused by itself; a line that is neither a row nor the last is refused with `EXPORT_DAMAGED`.',
);
const MERGES = holds(
  '20',
  'The payloads in `siblings` are opened with the visible columns of their row and merged with its payload by section 14.',
);
const COMPLETE = holds(
  '20',
  '**complete**: the last line is the only one of its kind, nothing follows it, and number and MAC are right;',
);
const TRUNCATED = holds('20', '**truncated**: there is no last line;');
const ALTERED = holds('20', '**altered**: anything else.');
const FIRST_LINE = holds(
  '20',
  'A reader refuses a first line that is none with `EXPORT_DAMAGED`, one whose `version` is a greater whole number with `UNSUPPORTED_VERSION`, and then checks and opens the header by section 8, with no pin unless it was told one.',
);
const WHITE_SPACE = holds(
  '20',
  'Unlike in other formats, a reader accepts white space where JSON has it and a byte order mark before the first line: they make the file altered, and no row less readable.',
);

function inputs({ comment, holds: held, file, pin, acceptRetired }: ExportVector) {
  const tables: Json = [NOTES, BINARY];
  const open = { recoveryKey: RECOVERY_KEY };
  return { comment, holds: held, file: file.join(''), pin, open, tables, acceptRetired };
}

/** An entry for each line after the first that is not the last, in the order of the file. */
function read(
  name: string,
  state: string,
  entries: readonly Fields[],
  vector: ExportVector,
): NamedScenario {
  const numbered = entries.map((entry, i) => ({ line: i + 2, ...entry }));
  return { name, scenario: { ...inputs(vector), expect: 'success', state, entries: numbered } };
}

/** `check` is the number of the check in section 8's table, where the header is refused. */
function refused(
  name: string,
  expect: string,
  vector: ExportVector,
  check?: number,
): NamedScenario {
  return { name, scenario: { ...inputs(vector), expect, check } };
}

const { plain, deleted, merged, binary } = LINES;
const whole = wholeFile(FIRST, [plain, deleted, merged, binary]);
const [first = '', ...rows] = whole.slice(0, -1);
const last = whole.at(-1) as string;
const all = [ENTRIES.plain, ENTRIES.deleted, ENTRIES.merged, ENTRIES.binary];
const complete = (comment: string, file: readonly string[], held: Held = COMPLETE) => ({
  comment,
  holds: held,
  file,
});
const two = wholeFile(FIRST, [plain, deleted]);

const opening: NamedScenario[] = [
  read(
    'complete',
    'complete',
    all,
    complete('a row, a deleted one, one with a sibling, one of bytes', whole),
  ),
  read('empty', 'complete', [], complete('a vault without rows', wholeFile(FIRST, []))),
  read(
    'without-last-line-feed',
    'complete',
    [ENTRIES.plain],
    complete('the last line feed is missing, which is after the MAC', [
      wholeFile(FIRST, [plain]).join('').slice(0, -1),
    ]),
  ),
  ...(['moved', 'unknown', 'ofNoTable'] as const).map((name) =>
    read(`row-${kebab(name)}`, 'complete', [ENTRIES[name], ENTRIES.plain], {
      comment: 'one row does not open, and the other does',
      holds: OPENS,
      file: wholeFile(FIRST, [LINES[name], plain]),
    }),
  ),
  ...(['halfMerged', 'siblingOnly', 'manySiblings'] as const).map((name) =>
    read(`row-${kebab(name)}`, 'complete', [ENTRIES[name]], {
      comment: 'not every payload of a row is opened, and the others are the row',
      holds: MERGES,
      file: wholeFile(FIRST, [LINES[name]]),
    }),
  ),
  read('row-mismatched', 'complete', [ENTRIES.plain], {
    comment: 'the server showed another folder than the payload has',
    holds: ROW,
    file: wholeFile(FIRST, [LINES.mismatched]),
  }),
  read('other-names-first', 'complete', [ENTRIES.plain], {
    comment: 'names in another order',
    holds: holds(
      '20',
      'A line is one JSON object (RFC 8259), its names in any order and each once; a writer adds no white space.',
    ),
    file: wholeFile(FIRST, [`${JSON.stringify(swapped(plain))}\n`]),
  }),
  read('rekeyed', 'complete', [{ expect: 'KEY_RETIRED' }], {
    comment: 'a row under a revoked key, stamped later',
    holds: OPENS,
    file: wholeFile(REKEYED, [plain]),
  }),
  read('rekeyed-accepted', 'complete', [ENTRIES.plain], {
    comment: 'a row under a revoked key, stamped later, which the app accepts',
    holds: OPENS,
    file: wholeFile(REKEYED, [plain]),
    acceptRetired: true,
  }),
  read('with-pin', 'complete', [ENTRIES.plain], {
    comment: 'a pin of the same header',
    holds: FIRST_LINE,
    file: wholeFile(SECOND, [plain]),
    pin: pinText(headerText(SECOND)),
  }),
];

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function swapped(line: string): Fields {
  const { table, row } = JSON.parse(line) as Fields;
  return { row, table };
}

const damaged: NamedScenario[] = [
  read('truncated', 'truncated', all, {
    comment: 'without the last line',
    holds: TRUNCATED,
    file: [first, ...rows],
  }),
  read('truncated-in-a-line', 'truncated', [ENTRIES.plain, ENTRIES.damaged], {
    comment: 'cut off in the middle of a row',
    holds: TRUNCATED,
    file: [first, plain, deleted.slice(0, 100)],
  }),
  read('thinned', 'altered', [ENTRIES.plain, ENTRIES.merged, ENTRIES.binary], {
    comment: 'a row is missing',
    holds: ALTERED,
    file: [first, plain, merged, binary, last],
  }),
  read('thinned-and-counted', 'altered', [ENTRIES.plain], {
    comment: 'a row is missing, and the number says so',
    holds: ALTERED,
    file: [first, plain, (two[3] as string).replace('"rows":2', '"rows":1')],
  }),
  read('extended', 'altered', [...all.slice(0, 2), { ...ENTRIES.plain, line: 5 }], {
    comment: 'a row follows the last line',
    holds: ALTERED,
    file: [...two, plain],
  }),
  read('reordered', 'altered', [ENTRIES.deleted, ENTRIES.plain], {
    comment: 'rows changed places',
    holds: ALTERED,
    file: [first, deleted, plain, two[3] as string],
  }),
  read('doubled', 'altered', [ENTRIES.plain, ENTRIES.plain, ENTRIES.deleted], {
    comment: 'a row stands twice',
    holds: ALTERED,
    file: [first, plain, plain, deleted, two[3] as string],
  }),
  read('damaged-line', 'altered', [ENTRIES.damaged, ENTRIES.plain], {
    comment: 'a line is no row',
    holds: OPENS,
    file: [first, '{"table":"notes"}\n', plain, two[3] as string],
  }),
  read('prototype', 'altered', [ENTRIES.damaged], {
    comment: 'a column by the name of __proto__',
    holds: holds('20', "The name `__proto__` is no column's."),
    file: [first, plain.replace('"folder"', '"__proto__":null,"folder"'), last],
  }),
  read('mac-of-other-key', 'altered', [ENTRIES.plain], {
    comment: 'the MAC is under an earlier vault key',
    holds: holds('20', "`mac` is HMAC under the exportMac key of the header's vault key over"),
    file: [
      ...wholeFile(REKEYED, [plain]).slice(0, 2),
      lastLine(FIRST, wholeFile(REKEYED, [plain]).slice(0, 2)),
    ],
    acceptRetired: true,
  }),
  read('other-line-ends', 'altered', [ENTRIES.plain, ENTRIES.deleted], {
    comment: 'lines end with a carriage return and a line feed',
    holds: WHITE_SPACE,
    file: two.map((line) => line.replace('\n', '\r\n')),
  }),
  read('byte-order-mark', 'altered', [ENTRIES.plain, ENTRIES.deleted], {
    comment: 'a byte order mark stands before the first line',
    holds: WHITE_SPACE,
    file: ['\ufeff', ...two],
  }),
];

const changedFirst = (change: Fields): readonly string[] => [firstLine(FIRST, change)];

const refusals: NamedScenario[] = [
  refused('no-export', 'EXPORT_DAMAGED', {
    comment: 'text of another kind',
    holds: FIRST_LINE,
    file: ['id,body\n', 'n1,hello\n'],
  }),
  refused('no-file', 'EXPORT_DAMAGED', { comment: 'nothing', holds: FIRST_LINE, file: [] }),
  refused('later-version', 'UNSUPPORTED_VERSION', {
    comment: 'a later version, whatever else it says',
    holds: FIRST_LINE,
    file: changedFirst({ version: 2, about: 7, more: true }),
  }),
  refused('no-version', 'EXPORT_DAMAGED', {
    comment: 'version 0',
    holds: FIRST_LINE,
    file: changedFirst({ version: 0 }),
  }),
  refused('more-names', 'EXPORT_DAMAGED', {
    comment: 'the first line has a name that it must not have',
    holds: FIRST_LINE,
    file: changedFirst({ more: true }),
  }),
  refused('bad-header', 'HEADER_MALFORMED', {
    comment: 'the header is none',
    holds: FIRST_LINE,
    file: changedFirst({ header: '' }),
  }),
  refused(
    'older-than-pin',
    'HEADER_ROLLBACK',
    {
      comment: 'the file is older than what the device remembers',
      holds: FIRST_LINE,
      file: wholeFile(FIRST, [plain]),
      pin: pinText(headerText(SECOND)),
    },
    13,
  ),
];

export const EXPORTS: readonly NamedScenario[] = [...opening, ...damaged, ...refusals];
