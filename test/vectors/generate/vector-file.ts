/** The shapes of vector files, and how they are written: the same bytes for the same content. */

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };
export type Fields = { readonly [name: string]: Json | undefined };

/** Path below `test/vectors` → content. */
export type VectorFiles = ReadonlyMap<string, string>;

export interface Hold {
  readonly section: string;
  readonly sentence: string;
}

export interface Test {
  readonly comment: string;
  readonly flags: readonly string[];
  readonly inputs: Fields;
  readonly result: 'valid' | 'invalid';
  readonly expect?: string | undefined;
  readonly outputs: Fields;
}

export interface Group {
  readonly type: string;
  readonly shared: Fields;
  readonly tests: readonly Test[];
}

export interface Operation {
  readonly name: string;
  readonly algorithm: string;
  readonly holds: readonly Hold[];
  readonly flags: Readonly<Record<string, string>>;
  readonly groups: readonly Group[];
}

/** One file of `headers` or `rows`. */
export interface Scenario extends Fields {
  readonly comment: string;
  readonly holds: readonly (Hold & Fields)[];
  readonly expect: string;
}

/** Sentences of one section of docs/format.md, word for word. */
export function holds(section: string, ...sentences: readonly string[]): (Hold & Fields)[] {
  return sentences.map((sentence) => ({ section, sentence }));
}

export function valid(comment: string, inputs: Fields, outputs: Fields, ...flags: string[]): Test {
  return { comment, flags, inputs, result: 'valid', outputs };
}

/** `expect` is a code, or `null` where the operation has none of its own. */
export function invalid(
  comment: string,
  inputs: Fields,
  expect: string | null,
  ...flags: string[]
): Test {
  return { comment, flags, inputs, result: 'invalid', expect: expect ?? undefined, outputs: {} };
}

export function group(type: string, tests: readonly Test[], shared: Fields = {}): Group {
  return { type, shared, tests };
}

/** Long runs of one character, or of one byte in hex, as parts. */
export function shortened(text: string, run = /((.)\2{999,})/): Json {
  const parts: Json[] = [];
  let rest = text;
  for (let match = run.exec(rest); match; match = run.exec(rest)) {
    const [, all = '', repeat = ''] = match;
    if (match.index > 0) parts.push(rest.slice(0, match.index));
    parts.push({ repeat, times: all.length / repeat.length });
    rest = rest.slice(match.index + all.length);
  }
  if (parts.length === 0) return text;
  return rest === '' ? parts : [...parts, rest];
}

export const shortenedHex = (hex: string): Json => shortened(hex, /((?=(?:..)*$)(..)\2{999,})/);

/** One test a line, so that a change shows as the test it is. */
export function formatOperation({ algorithm, holds, flags, groups }: Operation): string {
  let tcId = 0;
  const lines = groups.map(({ type, shared, tests }) => {
    const formatted = tests.map((test) => {
      tcId += 1;
      const { comment, flags, inputs, result, expect, outputs } = test;
      return `      ${compact({ tcId, comment, flags, ...inputs, result, expect, ...outputs })}`;
    });
    const head = compact({ type, ...shared }).slice(0, -1);
    return `    ${head}, "tests": [\n${formatted.join(',\n')}\n    ]}`;
  });
  const head = pretty({ algorithm, formatVersion: 1, holds, flags, numberOfTests: tcId } as never);
  return `${head.slice(0, -2)},\n  "testGroups": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

export function formatScenario(scenario: Scenario): string {
  return `${pretty(scenario)}\n`;
}

function compact(value: Json): string {
  return ascii(JSON.stringify(value));
}

function pretty(value: Json): string {
  return ascii(JSON.stringify(value, null, 2));
}

/** Invisible and look-alike characters must not hide in a file that people read. */
function ascii(json: string): string {
  return json.replace(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
