/**
 * `npm run size`: what the package costs an app that loads it, against budgets, and whether
 * functions come without what they don't need. Exits with 1 when a budget or a rule is broken.
 *
 * `-- --detail` adds the minified bytes of each file, `-- --json` prints one object a line.
 */
import { parseArgs } from 'node:util';
import { bundleUnused, ROOT } from './size/bundle.js';
import { isOver, measure } from './size/measure.js';
import { packageFacts } from './size/package-facts.js';
import { programs, UNUSED_LIMIT } from './size/programs.js';
import { checkRule, type Finding, RULES } from './size/reachability.js';
import { jsonLines, sentenceOf, tableOf } from './size/table.js';

const { values: flags } = parseArgs({
  options: { detail: { type: 'boolean' }, json: { type: 'boolean' } },
});

const { subpaths } = packageFacts(ROOT);
const measurements = await Promise.all(programs(subpaths).map((program) => measure(program)));
const findings = [...(await Promise.all(RULES.map((rule) => checkRule(rule)))), await unused()];

if (flags.json) console.log(jsonLines(measurements, findings));
else {
  console.log(tableOf(measurements, flags.detail ?? false));
  console.log(`\n${findings.map(sentenceOf).join('\n')}`);
}
if (measurements.some(isOver)) {
  console.error('\nOver budget. Make it smaller, or say in bench/size/programs.ts what it buys.');
}
const broken = measurements.some(isOver) || findings.some(({ reached }) => reached.length > 0);
process.exitCode = broken ? 1 : 0;

async function unused(): Promise<Finding> {
  const { minifiedLength, kept } = await bundleUnused();
  const reached = minifiedLength <= UNUSED_LIMIT ? [] : [...kept.keys()];
  return { rule: `an import that uses nothing keeps at most ${UNUSED_LIMIT} bytes`, reached };
}
