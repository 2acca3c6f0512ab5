import { readdirSync, readFileSync } from 'node:fs';

// How the files of test/vectors are read.

export const folder = new URL('../vectors/', import.meta.url);

export type Json = null | boolean | number | string | readonly Json[] | Fields;

export interface Fields {
  readonly [name: string]: Json;
}

export interface OperationFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}

interface Group extends Fields {
  readonly type: string;
  readonly tests: readonly Fields[];
}

export const allFiles = (): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();

export const readOperations = (name: string): OperationFile => read(name) as never;

export const readScenario = (name: string): Fields => read(name) as never;

const read = (name: string): Json =>
  unfold(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));

/** Puts back text that a JSON file can't hold, or not at that length. */
function unfold(json: Json): Json {
  if (json === null || typeof json !== 'object') return json;
  if (isList(json)) return json.some(isRepeat) ? json.map(partOf).join('') : json.map(unfold);
  if (typeof json.utf16 === 'string') return fromUtf16(json.utf16);
  return Object.fromEntries(Object.entries(json).map(([name, field]) => [name, unfold(field)]));
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

const isRepeat = (json: Json): json is Fields =>
  json !== null && typeof json === 'object' && 'repeat' in json;

const partOf = (part: Json): string =>
  isRepeat(part)
    ? String(unfold(part.repeat ?? null)).repeat(Number(part.times))
    : String(unfold(part));

const fromUtf16 = (hex: string): string =>
  (hex.match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('');
