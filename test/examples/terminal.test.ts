import { describe, expect, it } from 'vitest';
import { createTerminal } from '../../examples/bank-statement/terminal.js';
import { cutTo, padTo, printable, textWidth } from '../../examples/bank-statement/text-width.js';

function show(isTTY: boolean, environment: Record<string, string>): string {
  let shown = '';
  const output = {
    isTTY,
    write(text: string | Uint8Array) {
      shown += text;
      return true;
    },
  };
  const terminal = createTerminal(output, environment);
  terminal.chapter('A chapter');
  terminal.verdict(true, 'a claim');
  const bar = terminal.progress('sealed');
  for (const share of [0.1, 0.3, 0.6, 1]) bar.update(share, `${share * 100} %`);
  bar.done();
  return shown;
}

describe('the terminal', () => {
  it('has colours and a moving bar where somebody watches', () => {
    expect(show(true, {})).toContain('\x1b[36mA chapter');
    expect(show(true, {})).toContain('\r\x1b[K');
  });

  it('has no colours with NO_COLOR', () => {
    expect(show(true, { NO_COLOR: '1' })).not.toContain('\x1b[36m');
  });

  it.each([
    [false, {}],
    [true, { TERM: 'dumb' }],
  ])('writes plain lines elsewhere (%s, %j)', (isTTY, environment) => {
    const shown = show(isTTY, environment);
    expect(shown).not.toContain('\x1b');
    expect(shown).not.toContain('\r');
    expect(shown.match(/sealed/g)).toHaveLength(3);
  });
});

describe('text from anybody', () => {
  it('can not steer the terminal', () => {
    expect(printable('a\x1b[2Jb\r\nc\u202Ed')).toBe('a·[2Jb ⏎ c·d');
  });

  it('is measured and cut in columns', () => {
    expect(textWidth('Møller')).toBe(6);
    expect(textWidth('株式')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
    expect(cutTo('株式会社', 5)).toBe('株式…');
    expect(cutTo('株式', 4)).toBe('株式');
    expect(padTo('株', 4)).toBe('株  ');
  });
});
