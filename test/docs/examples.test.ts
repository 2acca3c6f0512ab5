/** Every block of TypeScript in the documents and docstrings: it compiles, and it does what it says. */
import { describe, expect, it, vi } from 'vitest';
import { pages, programsIn, sources, textOf } from './documents.js';
import { fencedBlocks } from './example-blocks.js';
import { runProgram } from './example-runs.js';
import { typeErrors } from './example-types.js';

vi.mock('../../src/crypto/noble-argon2id.js', async () => {
  const { fastArgon2id } = await import('./fast-argon2id.js');
  return { nobleArgon2id: fastArgon2id };
});

const programs = programsIn([...pages, ...sources]);

describe('the examples', () => {
  it('compile', () => {
    expect(typeErrors(programs)).toEqual([]);
  });

  // At once, for the examples that wait for a database or a timer; a busy machine takes its time.
  it.concurrent.each(programs)('run: $name', { timeout: 300_000 }, async (program) => {
    await runProgram(program);
  });
});

describe('no example escapes', () => {
  it('by how it is fenced', () => {
    const counted = [...pages, ...sources].flatMap((path) =>
      textOf(path)
        .split('\n')
        .filter((line) => /(```|~~~)\s*(ts|typescript)\b/i.test(line)),
    );
    const run = programs.reduce((sum, { blocks }) => sum + blocks, 0);
    expect(run).toBe(counted.length);
    expect(run).toBeGreaterThan(25);
  });

  it('by being called something else', () => {
    const languages = [...pages, ...sources].flatMap((path) =>
      fencedBlocks(path, textOf(path)).map(({ line, language }) => `${path}:${line} ${language}`),
    );
    const known = / (ts|typescript|sh|sql|text|json|yaml|diff)$/i;
    expect(languages.filter((each) => !known.test(each))).toEqual([]);
  });
});
