import { describe, expect, it } from 'vitest';
import { codes } from './api-codes.js';
import { textOf } from './documents.js';
import { errorsPage, firstSentence } from './errors-page.js';

it('docs/errors.md is what npm run docs:errors writes', () => {
  expect(textOf('docs/errors.md')).toBe(errorsPage());
});

describe('the page', () => {
  it.each(codes)(
    'says of $name what happened, what to do, what to say and what is lost',
    (code) => {
      expect(firstSentence(code.text)).toMatch(/^[^.]+( `[^`]+`[^.]*)*\.$/);
      const labels = [...code.text.matchAll(/^- (\w+): \S/gm)].map(([, label]) => label);
      expect(labels).toEqual(['App', 'User', 'Lost']);
      expect(errorsPage().split('\n')).toContain(`## ${code.name}`);
    },
  );

  it('names who throws a code, and who returns it', () => {
    const [, section = ''] = errorsPage().split('## ROW_DELETED\n');
    const [, names = ''] = /(Thrown by [^.]*\.)/.exec(section) ?? [];
    expect(names).toBe('Thrown by `decryptRow`; returned by `decryptRows`, `tryDecryptRow`.');
  });
});

it('the README names no code that does not exist', () => {
  const [, paragraph = ''] = /\n4\. \*\*Errors\.\*\*(.*?)\n\n/s.exec(textOf('README.md')) ?? [];
  const named = [...paragraph.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
  const known = codes.map(({ name }) => name);
  expect(named.filter((name) => !known.includes(name as string))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});
