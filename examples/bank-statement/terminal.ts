/** Calm terminal output: colours and a moving bar only where somebody watches. */
import type { WriteStream } from 'node:tty';

export interface Terminal {
  title(text: string): void;
  chapter(text: string): void;
  line(text?: string): void;
  /** A line of two columns: what, and how much of it. */
  fact(label: string, value: string): void;
  verdict(holds: boolean, text: string): void;
  dim(text: string): string;
  /** How far something has come; `done` takes the bar away. */
  progress(label: string): Progress;
}

export interface Progress {
  update(share: number, detail?: string): void;
  done(): void;
}

type Output = Pick<WriteStream, 'write'> & { readonly isTTY?: boolean | undefined };

const LABEL_WIDTH = 21;
const BAR_WIDTH = 28;
const CLEAR_LINE = '\r\x1b[K';

export function createTerminal(
  output: Output,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  const live = output.isTTY === true && environment.TERM !== 'dumb';
  const colour = live && !environment.NO_COLOR;
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const line = (text = '') => void output.write(text === '' ? '\n' : `  ${text}\n`);
  return {
    line,
    title: (text) => void output.write(`\n  ${paint(1, text)}\n`),
    chapter: (text) => void output.write(`\n  ${paint(36, text)}\n`),
    fact: (label, value) => line(`  ${paint(2, label.padEnd(LABEL_WIDTH))} ${value}`),
    verdict: (holds, text) => line(`  ${holds ? paint(32, '✓') : paint(31, '✗')} ${text}`),
    dim: (text) => paint(2, text),
    progress: (label) => (live ? movingBar(output, label) : plainLines(line, label)),
  };
}

function movingBar(output: Output, label: string): Progress {
  return {
    update(share, detail = '') {
      const full = Math.round(share * BAR_WIDTH);
      const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
      output.write(`${CLEAR_LINE}    ${label.padEnd(LABEL_WIDTH)} ${bar} ${detail}`);
    },
    done: () => void output.write(CLEAR_LINE),
  };
}

/** A line for each quarter, for logs; steps without a detail are too short to mention. */
function plainLines(line: (text: string) => void, label: string): Progress {
  let quarters = 0;
  return {
    update(share, detail = '') {
      if (detail === '' || Math.floor(share * 4) <= quarters) return;
      quarters = Math.floor(share * 4);
      line(`  ${label.padEnd(LABEL_WIDTH)} ${detail}`);
    },
    done() {},
  };
}
