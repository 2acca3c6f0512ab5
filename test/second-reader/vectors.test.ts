import { describe, expect, test } from 'vitest';
import { Refusal } from './refusal.js';
import { allFiles, type Fields, readOperations, readScenario } from './vector-files.js';
import { type Operation, operations } from './vector-operations.js';
import { openScenarioHeader, openScenarioRow, readScenarioExport } from './vector-scenarios.js';

const run = new Set<string>();

/** What this returns is run; a file in another folder is run by nobody. */
function filesOf(folder: string): readonly string[] {
  const files = allFiles().filter((name) => name.startsWith(`${folder}/`));
  for (const name of files) run.add(name);
  return files;
}

describe.each(filesOf('operations'))('%s', (name) => {
  const { numberOfTests, testGroups } = readOperations(name);

  test('has as many tests as it says', () => {
    expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(numberOfTests);
  });

  for (const { tests, ...group } of testGroups) {
    const operation = operations[group.type];
    if (!operation) throw new Error(`the second reader has no operation ${group.type}`);
    test.each(tests)(`${group.type} $tcId: $comment`, async (one) => {
      const fields = { ...group, ...one };
      await (one.result === 'valid' ? holdOutputs : holdRefusal)(fields, operation);
    });
  }
});

test.each(filesOf('headers'))('%s', (name) => holdScenario(readScenario(name), openScenarioHeader));

test.each(filesOf('rows'))('%s', (name) => holdScenario(readScenario(name), openScenarioRow));

test.each(filesOf('exports'))('%s', (name) => holdScenario(readScenario(name), readScenarioExport));

async function holdScenario(scenario: Fields, open: Operation): Promise<void> {
  if (scenario.expect === 'success') return holdOutputs(scenario, open);
  const { code, check } = await refusalOf(() => open(scenario));
  expect({ code, check }).toEqual({ code: scenario.expect, check: scenario.check });
}

/** Every field is an input, an output or one of these. */
const remarks = ['tcId', 'comment', 'flags', 'holds', 'type', 'result', 'expect', 'check'];

async function holdOutputs(fields: Fields, operation: Operation): Promise<void> {
  const looked = new Set(remarks);
  const input = new Proxy(fields, {
    get(target, name: string) {
      looked.add(name);
      return target[name];
    },
  });
  const outputs = await operation(input);
  const names = Object.keys(outputs);
  expect(outputs).toEqual(Object.fromEntries(names.map((name) => [name, fields[name]])));
  expect(Object.keys(fields).filter((name) => !looked.has(name) && !(name in outputs))).toEqual([]);
}

/** An operation without codes of its own names none. */
async function holdRefusal(fields: Fields, operation: Operation): Promise<void> {
  const { code } = await refusalOf(() => operation(fields));
  expect(code).toBe(fields.expect ?? code);
}

async function refusalOf(attempt: () => unknown): Promise<Refusal> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('no file is left out', () => {
  expect(allFiles().length).toBeGreaterThan(0);
  expect([...run].sort()).toEqual(allFiles());
});
