/**
 * The kit as plain text.
 */
import {
  factsOf,
  type KitSheet,
  type LabelledFact,
  limitsOf,
  opensOf,
  type Section,
  stepsOf,
} from './kit-sheet.js';
import { fill } from './placeholders.js';

const LINE_LENGTH = 72;
const BLANK = '_'.repeat(40);

export function kitText(sheet: KitSheet): string {
  const { key, facts, texts } = sheet;
  const values = { app: facts.app, epoch: String(facts.epoch) };
  const list = ({ heading, sentences }: Section, mark: (i: number) => string) => [
    underlined(heading),
    ...sentences.map((sentence, i) => wrap(fill(sentence, values), mark(i))),
  ];
  const dash = () => '- ';
  return `${[
    underlined(`${texts.title} ${fill(texts.subtitle, values)}`, '='),
    wrap(fill(texts.secret, values)),
    wrap(fill(texts.keeping, values)),
    '',
    underlined(texts.keyHeading),
    '',
    `  ${key}`,
    '',
    wrap(fill(texts.keyNote, values)),
    '',
    underlined(texts.factsHeading),
    ...factLines(factsOf(sheet)),
    '',
    ...list(opensOf(texts), dash),
    '',
    ...list(limitsOf(texts), dash),
    '',
    ...list(stepsOf(texts), (i) => `${i + 1}. `),
    '',
    underlined(texts.lostHeading),
    wrap(fill(texts.lost, values)),
    '',
    `${texts.triedLabel}: ${BLANK}`,
  ].join('\n')}\n`;
}

function underlined(heading: string, line = '-'): string {
  return `${wrap(heading)}\n${line.repeat(Math.min([...heading].length, LINE_LENGTH))}`;
}

function factLines(facts: readonly LabelledFact[]): readonly string[] {
  const width = Math.max(...facts.map(({ label }) => [...label].length)) + 2;
  return facts.map(({ label, value, date }) => {
    const iso = date ? ` (${date})` : '';
    return `${`${label}:`.padEnd(width)}${value}${iso}`;
  });
}

/** Lines broken at spaces; a longer word stays whole. */
function wrap(text: string, mark = ''): string {
  const lines: string[] = [];
  let line = mark;
  for (const word of text.split(/ +/)) {
    const isFirst = line.length === mark.length;
    if (!isFirst && line.length + 1 + word.length > LINE_LENGTH) {
      lines.push(line);
      line = ' '.repeat(mark.length);
    }
    line += line.length === mark.length ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
