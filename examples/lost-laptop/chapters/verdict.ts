import type { Story } from '../../bank-statement/story.js';

/** A line for each claim, and the exit code. */
export function summarise({ terminal, claims }: Story): number {
  terminal.chapter('Summary');
  for (const { text, holds } of claims) terminal.verdict(holds, text);
  const broken = claims.filter(({ holds }) => !holds);
  terminal.line();
  terminal.line(
    '  Had the kit been lost as well, and the password forgotten: the data would be gone.',
  );
  terminal.line();
  for (const { text } of broken) terminal.line(`Does not hold: ${text}.`);
  if (broken.length === 0) terminal.line(`All ${claims.length} claims hold.`);
  terminal.line();
  return broken.length === 0 ? 0 : 1;
}
