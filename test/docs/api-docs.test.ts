/** What a reader finds at every export: a sentence, an example, every code it throws, every unit. */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { codes, codesNamedBy, codesThrownBy } from './api-codes.js';
import { type ApiItem, checker, exported, members, values } from './public-api.js';
import { shownTypes } from './shown-types.js';
import { EXCEPTIONS } from './thrown-code-exceptions.js';

const all = [...exported, ...members];

/** The names and places of the items for which something holds. */
function placesOf(items: readonly ApiItem[], is: (item: ApiItem) => boolean): readonly string[] {
  return items.filter(is).map(({ name, place }) => `${name} (${place})`);
}

/** Everything said about an item, its parameters and errors included. */
function wholeText({ text, tags }: ApiItem): string {
  return [text, ...tags.map((tag) => tag.text)].join('\n');
}

describe('every export and every member of one', () => {
  it('is found', () => {
    expect(exported.length).toBeGreaterThan(80);
    expect(members.length).toBeGreaterThan(130);
  });

  it('begins with one sentence', () => {
    expect(placesOf(all, ({ text }) => !isOneSentence(text))).toEqual([]);
  });

  it.each([
    ['One sentence.', true],
    ['One, of `a. B` and {@link c}; e.g. this: yes.', true],
    ['One sentence\nover two lines.\n\nThen more. And more.', true],
    ['One sentence. And another.', false],
    ['No end', false],
    ['', false],
    ['- a list.', false],
  ])('as in %j: %s', (text, expected) => {
    expect(isOneSentence(text)).toBe(expected);
  });
});

function isOneSentence(text: string): boolean {
  const [first = ''] = text.replace(/`[^`]*`|\{@link [^}]*\}/g, 'x').split(/\n\s*\n/);
  return /^[^\s-].*[.]$/s.test(first) && !/[.!?]\s+\S/.test(first.replace(/\b(e\.g|i\.e)\. /g, ''));
}

function hasExample({ tags }: ApiItem): boolean {
  return tags.some(({ name, text }) => name === 'example' && /^```ts\n.*\n```$/s.test(text));
}

describe('every export that exists at run time', () => {
  it('has an example', () => {
    expect(placesOf(values, (item) => !hasExample(item))).toEqual([]);
  });

  it.each(['AeadBackend', 'KdfBackend', 'VaultKeeper', 'VaultStore'])(
    'has one too where apps write their own: %s',
    (name) => {
      expect(exported.find((item) => item.name === name)).toSatisfy(hasExample);
    },
  );

  it('shows in its signature, or through that of another, every type there is that has no example', () => {
    const isShown = (item: ApiItem) => shownTypes.has(item.name) || hasExample(item);
    expect(placesOf(exported, (item) => !isShown(item))).toEqual([]);
  });

  it.each(values)('names the codes it throws, and no other: $name', (item) => {
    expect(codesNamedBy(item)).toEqual(codesThrownBy(item));
  });
});

describe('the codes', () => {
  it('are each thrown by something', () => {
    const thrown = new Set(values.flatMap((item) => codesThrownBy(item)));
    const names = codes.map(({ name }) => name);
    expect(names.filter((code) => !thrown.has(code))).toEqual([]);
    expect([...thrown].filter((code) => !names.includes(code))).toEqual([]);
  });

  it.each(Object.keys(EXCEPTIONS))('that never leave %s would, if nothing kept them', (name) => {
    const { [name]: kept = {}, ...others } = EXCEPTIONS;
    const item = values.find((each) => each.name === name) as ApiItem;
    const lost = codesThrownBy(item, others).filter((code) => !codesThrownBy(item).includes(code));
    expect(kept['*'] ? ['*'] : lost).toEqual(Object.keys(kept).sort());
    expect(lost.length).toBeGreaterThan(0);
  });
});

describe('what is measured', () => {
  const bytes = /\bbytes?\b|\bbase64url\b/;
  const units =
    /\b(milliseconds?|bytes?|bits?|KiB|characters|passes|lanes|how many|number|count|one more|share)\b/i;

  it('in bytes says how many, or how they are written', () => {
    expect(placesOf(all, (item) => holdsBytes(item) && !bytes.test(wholeText(item)))).toEqual([]);
  });

  it('as a number says of what', () => {
    expect(placesOf(members, (item) => isNumber(item) && !units.test(item.text))).toEqual([]);
  });

  it('as the id or hash of something says how long it is', () => {
    const isId = ({ name, symbol }: ApiItem) =>
      /(Id|hash|\.id)$/.test(name) && isText(typeOf(symbol));
    const length = /\b\d+ (bytes|characters)\b/;
    expect(placesOf(members, (item) => isId(item) && !length.test(item.text))).toEqual([]);
  });
});

function typeOf(symbol: ts.Symbol): ts.Type {
  return checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
}

/** A property of bytes, or a function that takes or returns some. */
function holdsBytes({ symbol }: ApiItem): boolean {
  if (!(symbol.flags & (ts.SymbolFlags.Value | ts.SymbolFlags.Property))) return false;
  const type = typeOf(symbol);
  const [signature] = type.getCallSignatures();
  const types = signature
    ? [signature.getReturnType(), ...signature.parameters.map((each) => typeOf(each))]
    : [type];
  return types.some(
    (each) => each.symbol?.name === 'Uint8Array' || /^Kek$/.test(each.aliasSymbol?.name ?? ''),
  );
}

function isNumber({ symbol }: ApiItem): boolean {
  return Boolean(typeOf(symbol).flags & ts.TypeFlags.NumberLike);
}

function isText(type: ts.Type): boolean {
  return Boolean(type.flags & ts.TypeFlags.StringLike);
}
