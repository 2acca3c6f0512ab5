/** Text that may come from anybody, made fit for a terminal's columns. */

/** East Asian scripts, full-width forms and most pictures take two columns. */
const WIDE =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff01-\uff60]|\p{Emoji_Presentation}/u;
const NO_WIDTH = /[\p{M}\p{Cf}]/u;

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (!NO_WIDTH.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** One line without control characters, which could otherwise steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\r\n|\n|\r/g, ' ⏎ ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '·');
}

/** Cut to at most `width` columns, the cut marked. */
export function cutTo(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (textWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

export const number = (value: number): string => value.toLocaleString('en-US');

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

export const count = (amount: number, noun: string): string =>
  `${number(amount)} ${noun}${amount === 1 ? '' : 's'}`;
