/** Every link of the documents leads to a file that is there, and to a heading in it. */
import { existsSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, ROOT, textOf } from './documents.js';

interface Link {
  readonly page: string;
  /** From the repository's root. */
  readonly path: string;
  readonly heading: string | undefined;
}

const links = pages.flatMap((page) => linksOf(page, textOf(page)));

describe('the links', () => {
  it('lead to files', () => {
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(({ path }) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  it('lead to headings', () => {
    const missing = links.filter(
      ({ path, heading }) =>
        heading !== undefined && existsSync(resolve(ROOT, path)) && !anchorsOf(path).has(heading),
    );
    expect(missing).toEqual([]);
  });

  it('are found, with their headings, and not in code', () => {
    const text =
      '[a](b.md#c-d) ![i](../x.svg) `[n](o)` [w](https://x.example)\n```ts\n[1](n)\n```\n';
    expect(linksOf('docs/p.md', text)).toEqual([
      { page: 'docs/p.md', path: 'docs/b.md', heading: 'c-d' },
      { page: 'docs/p.md', path: 'x.svg', heading: undefined },
    ]);
  });
});

describe('the documents', () => {
  it('are all reached from docs/README.md or README.md', () => {
    const reached = new Set(links.map(({ path }) => path));
    const documents = pages.filter((page) => page.startsWith('docs/'));
    expect(documents.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('have pictures that load nothing', () => {
    const pictures = links.map(({ path }) => path).filter((path) => path.endsWith('.svg'));
    expect(pictures).not.toEqual([]);
    for (const picture of pictures) {
      const text = textOf(picture).replace('http://www.w3.org/2000/svg', '');
      expect(text, picture).not.toMatch(/https?:|data:|@import|<script|<foreignObject|href/i);
      expect(text, picture).toContain('prefers-color-scheme: dark');
    }
  });
});

function linksOf(page: string, text: string): Link[] {
  const prose = text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\((?!\w+:)([^)\s]*)\)/g)].map(([, target = '']) => {
    const [path = '', heading] = target.split('#');
    const full = path === '' ? page : posix.join(posix.dirname(page), path);
    return { page, path: full, heading };
  });
}

/** As GitHub names them: lower case, without punctuation, with hyphens for spaces. */
function anchorsOf(path: string): Set<string> {
  const prose = textOf(path).replace(/^```.*?^```$/gms, '');
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
