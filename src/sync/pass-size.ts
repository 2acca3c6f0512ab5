/** How many rows a pass takes: few at first, and then as many as are written in a moment. */

/** So few that the first of a great many can be read at once. */
export const FEWEST_ROWS = 250;
/** Each write costs as much again as some hundred rows. */
const MOST_ROWS = 2000;
/** The app's writes wait for as long, in milliseconds. */
const SHORT_MS = 50;
const LONG_MS = 125;

/** The rows of the next pass, after one of `rows` whose write took so long. */
export function nextPassSize(rows: number, tookMs: number): number {
  if (tookMs > LONG_MS) return Math.max(FEWEST_ROWS, rows / 2);
  return tookMs < SHORT_MS ? Math.min(2 * rows, MOST_ROWS) : rows;
}
