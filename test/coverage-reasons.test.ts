import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** What makes a coverage report look away, in each spelling that the tools know. */
const HINT = /(?:istanbul|[cv]8|node:coverage)\s+(?:ignore|disable)[^\n]*/g;
/** One place, with a reason of at least four words; never a whole file, nor a stretch of lines. */
const REASONED = /^v8 ignore (?:next|if|else) -- (?:\S+ ){3,}\S+ \*\/$/;

function unreasonedHints(source: string): string[] {
  return (source.match(HINT) ?? []).filter((hint) => !REASONED.test(hint));
}

it.each([
  '/* v8 ignore next */',
  '/* v8 ignore next -- later */',
  '/* v8 ignore file -- it is too hard to test */',
  '/* v8 ignore start -- it is too hard to test */',
  '/* istanbul ignore else -- it is too hard to test */',
  '/* node:coverage disable */',
])('coverage is not ignored by %s', (comment) => {
  expect(unreasonedHints(`if (a) {\n  ${comment}\n  b();\n}`)).toHaveLength(1);
});

it('whatever coverage ignores in src says why', () => {
  const root = join(import.meta.dirname, '../src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(60);
  const found = sources.flatMap((file) =>
    unreasonedHints(readFileSync(join(root, file), 'utf8')).map((hint) => `${file}: ${hint}`),
  );
  expect(found).toEqual([]);
  const reasoned = '/* v8 ignore next -- no engine gets here */';
  expect(unreasonedHints(reasoned)).toEqual([]);
});
