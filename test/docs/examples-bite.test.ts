/** What the test of the examples finds, on planted documents. */
import { describe, expect, it } from 'vitest';
import { nobleArgon2id } from '../../src/crypto/noble-argon2id.js';
import { fencedBlocks } from './example-blocks.js';
import { type Program, programsOf } from './example-programs.js';
import { runProgram } from './example-runs.js';
import { typeErrors } from './example-types.js';
import { fastArgon2id, withFastArgon2id } from './fast-argon2id.js';

const IMPORT = "import { encrypted } from 'rowseal';";

function page(...blocks: readonly string[]): readonly Program[] {
  const fences = blocks.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`);
  return programsOf('docs/page.md', `# A page\n\n${fences.join('\n')}`);
}

function docstring(code: string): readonly Program[] {
  const lines = [
    '/**',
    ' * Opens.',
    ' *',
    ' * ```ts',
    ...code.split('\n').map((line) => ` * ${line}`),
    ' * ```',
    ' */',
  ];
  return programsOf('src/a.ts', `${lines.join('\n')}\n`);
}

async function failureOf(programs: readonly Program[]): Promise<string> {
  try {
    for (const program of programs) await runProgram(program);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('what is extracted', () => {
  it('is one program for a page, at the lines of the page', () => {
    const [program, ...others] = page('const a = 1;', 'console.log(a);');
    expect(others).toEqual([]);
    expect(program).toMatchObject({ name: 'docs/page.md', blocks: 2 });
    expect(program?.code.split('\n').slice(0, 8)).toEqual([
      '',
      '',
      '',
      'const a = 1;',
      '',
      '',
      '',
      'console.log(a);',
    ]);
  });

  it('is one program for each block of a docstring', () => {
    const text =
      '/**\n * ```ts\n * a();\n *\n *   b();\n * ```\n *\n * ```typescript\n * c();\n * ```\n */\n';
    const programs = programsOf('src/a.ts', text);
    expect(programs.map(({ name }) => name)).toEqual(['src/a.ts:3', 'src/a.ts:9']);
    expect(programs[0]?.code.split('\n').slice(2, 5)).toEqual(['a();', '', '  b();']);
  });

  it.each([
    ['indented in a list', '1. Do:\n\n   ```ts\n   const a: string = 1;\n   ```\n'],
    ['fenced by tildes', '~~~ts\nconst a: string = 1;\n~~~\n'],
    ['fenced by four', '````ts\nconst a: string = 1;\n````\n'],
    ['with a word behind the language', '```ts ignore\nconst a: string = 1;\n```\n'],
    ['with a capital language', '```TypeScript\nconst a: string = 1;\n```\n'],
  ])('is also a block %s', (_, text) => {
    expect(typeErrors(programsOf('docs/page.md', text))).toHaveLength(1);
  });

  it('is everything up to the closing fence, or the document is wrong', () => {
    expect(fencedBlocks('a.md', '````md\n```ts\n```\n````\n')).toHaveLength(1);
    expect(() => fencedBlocks('a.md', 'x\n```ts\nconst a = 1;\n')).toThrow('a.md:2: ');
  });
});

describe('what does not compile', () => {
  const errorsOf = (...blocks: readonly string[]) => typeErrors(page(...blocks));

  it.each([
    ['a wrong type', `${IMPORT}\nencrypted.text().storedAs(1);`, /^docs\/page.md:5: .*'number'/],
    [
      'a name that is not exported',
      "import { encode } from 'rowseal';\nencode();",
      /:4: .*'encode'/,
    ],
    ['an entry point that does not exist', "import 'rowseal/nowhere';", /:4: .*rowseal\/nowhere/],
    ['a name that nothing declares', '\n\nopenVault();', /^docs\/page.md:6: .*'openVault'/],
    ['an import that nothing uses', IMPORT, /^docs\/page.md:4: .*never (read|used)/],
    ['a syntax error', 'const = 1;', /^docs\/page.md:4: /],
    ['an any', 'const f = (a) => a;\nf(1);', /^docs\/page.md:4: .*'any'/],
    ['a promise that nothing awaits', 'Promise.resolve(1);', /^docs\/page.md:4: nothing awaits/],
  ])('is %s', (_, code, expected) => {
    expect(errorsOf(code)).toEqual([expect.stringMatching(expected)]);
  });

  it('is a second block that declares a name again', () => {
    expect(errorsOf('const a = 1;', 'const a = 2;')).toContainEqual(
      expect.stringMatching(/:8: .*'a'/),
    );
  });

  it('is not a second block that imports a name again, or uses one', () => {
    const second =
      "import {\n  cleartext,\n  encrypted, memoryStore } from 'rowseal';\nmemoryStore();";
    const third = 'const note = a;\ncleartext.text();';
    expect(errorsOf(`${IMPORT}\nconst a = encrypted.text();`, second, third)).toEqual([]);
  });

  it('names the line in a docstring', () => {
    const found = typeErrors(docstring('const a = 1;\nconst b: string = a;'));
    expect(found).toEqual([expect.stringMatching(/^src\/a.ts:6: /)]);
  });
});

describe('what does not run', () => {
  it.each([
    [
      'an assertion',
      "console.assert(true);\n\nconsole.assert(1 > 2, 'order');",
      'docs/page.md:6: console.assert does not hold. order',
    ],
    [
      'an assertion in a function',
      'const f = (a: number): void => {\n  console.assert(a > 2);\n};\nf(1);',
      'docs/page.md:5: console.assert does not hold.',
    ],
    [
      'an assertion after await',
      'await Promise.resolve();\nconsole.assert(false);',
      'docs/page.md:5: console.assert does not hold.',
    ],
    [
      'an assertion that is caught',
      'try {\n  console.assert(false);\n} catch {}',
      'docs/page.md:5: console.assert does not hold.',
    ],
    ['a throw', "\nthrow new Error('no');", 'docs/page.md:5: it throws: no'],
    [
      'a rejection',
      "await Promise.resolve();\nawait Promise.reject(new Error('no'));",
      'docs/page.md:5: it throws: no',
    ],
    [
      'a refusal',
      "import { byPassword } from 'rowseal';\n\nbyPassword('');",
      'docs/page.md:6: it throws: This password is empty',
    ],
  ])('is %s', async (_, code, expected) => {
    expect(await failureOf(page(code))).toContain(expected);
  });

  it('is the second block of a page', async () => {
    const failure = await failureOf(page('const a: number = 1;', 'console.assert(a === 2);'));
    expect(failure).toContain('docs/page.md:8: ');
  });

  it('is named by its line in a docstring', async () => {
    expect(await failureOf(docstring('const a: number = 1;\nconsole.assert(a === 2);'))).toContain(
      'src/a.ts:6: ',
    );
  });
});

describe('what runs', () => {
  it('logs nothing and counts every assertion that holds', async () => {
    expect(await failureOf(page('console.log(1);\nconsole.error(2);\nconsole.assert(true);'))).toBe(
      'none',
    );
  });

  it('finds a database of its own, as in a browser', async () => {
    const open = (version: number): string =>
      [
        'await new Promise<void>((done) => {',
        `  const request = indexedDB.open('rowseal', ${version});`,
        '  request.onsuccess = () => done();',
        `  request.onupgradeneeded = ({ oldVersion }) => console.assert(oldVersion === 0);`,
        '});',
      ].join('\n');
    expect(typeErrors(page(open(1)))).toEqual([]);
    expect(await Promise.all([failureOf(page(open(1))), failureOf(page(open(2)))])).toEqual([
      'none',
      'none',
    ]);
  });

  it('derives the keys that the package derives, where it brings an Argon2id to compare', async () => {
    const costs = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 };
    const password = new TextEncoder().encode('correct horse battery staple');
    const request = { ...costs, password, salt: crypto.getRandomValues(new Uint8Array(16)) };
    const expected = await nobleArgon2id.argon2id(request);
    const inProgram = () => withFastArgon2id(['hash-wasm'], () => fastArgon2id.argon2id(request));
    expect(await inProgram()).toEqual(expected);
    expect(await inProgram(), 'from memory').toEqual(expected);
  });
});
