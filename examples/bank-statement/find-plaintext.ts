/** Looks for the encrypted values in everything that the server stores and ever received. */
import { isCopy, isLeak, type SealAnew } from './chance.js';
import { type Needle, needlesOf, SHORTEST_NEEDLE } from './needles.js';
import { type JoinedTexts, joinTexts, type OwnTexts } from './own-texts.js';
import { needlesIn, type SearchBytes, searchFor } from './search-bytes.js';
import type { StoredBytes } from './stored-bytes.js';

export interface SearchRequest {
  /** What must not be found. */
  readonly values: Iterable<string>;
  /** Text that the user chose to show: what stands in it can't be a secret. */
  readonly visible: Iterable<string>;
  /** Disk and requests before the first row came: words of Postgres and PowerSync stand in them. */
  readonly ordinary: Uint8Array;
  /** The random texts in which a short value could stand by chance. */
  readonly own: OwnTexts;
  readonly sealAnew: SealAnew;
}

export interface SearchReport {
  /** The distinct values that were searched for, each in every form. */
  readonly searched: ReadonlySet<string>;
  /** In how many forms. */
  readonly forms: number;
  /** Bytes that were searched. */
  readonly bytes: number;
  /** Values under six bytes, which would be found by chance: not searched for. */
  readonly tooShort: number;
  /** Values that also stand in a visible column: not searched for. */
  readonly alsoVisible: number;
  /** Values that stood there before the first row (`transfer`): searched for in the tables only. */
  readonly ordinaryWords: number;
  /** Values of which the only hits were chance, in random letters. */
  readonly byChance: number;
  readonly found: readonly Find[];
}

export interface Find {
  readonly value: string;
  readonly form: string;
  readonly place: 'fields' | 'decoded' | 'disk' | 'requests';
}

const VALUES_AT_ONCE = 100_000; // bounds the memory for the forms of a large file

export function findPlaintext(stored: StoredBytes, request: SearchRequest): SearchReport {
  const distinct = [...new Set(request.values)].filter((value) => value !== '');
  const long = distinct.filter((value) => Buffer.byteLength(value) >= SHORTEST_NEEDLE);
  const shown = joinTexts([...new Set(request.visible)]).bytes;
  const report = { forms: 0, alsoVisible: 0, ordinaryWords: 0, byChance: 0 };
  const searched = new Set<string>();
  const found: Find[] = [];
  for (let from = 0; from < long.length; from += VALUES_AT_ONCE) {
    const all = long.slice(from, from + VALUES_AT_ONCE).flatMap(needlesOf);
    const searchAll = searchFor(all);
    const visible = valuesOf(needlesIn(shown, searchAll));
    const secret = all.filter(({ value }) => !visible.has(value));
    const search = visible.size === 0 ? searchAll : searchFor(secret);
    const ordinary = needlesIn(request.ordinary, search);
    const hits = hitsIn(stored, search, ordinary, request);
    for (const value of valuesOf(secret)) searched.add(value);
    for (const { needle, place } of hits.leaks) {
      found.push({ value: needle.value, form: needle.form, place });
    }
    report.forms += secret.length;
    report.alsoVisible += visible.size;
    report.ordinaryWords += valuesOf(ordinary).size;
    report.byChance += hits.byChance;
  }
  const { own, ownDecoded, ...others } = stored;
  const texts = [own.bytes, ownDecoded.bytes, ...Object.values(others)];
  const bytes = texts.reduce((sum, { length }) => sum + length, 0);
  return { ...report, searched, tooShort: distinct.length - long.length, bytes, found };
}

interface Leak {
  readonly needle: Needle;
  readonly place: Find['place'];
}

/** What stands anywhere on the server, and how many values stood there by chance alone. */
function hitsIn(
  stored: StoredBytes,
  search: SearchBytes,
  ordinary: ReadonlySet<Needle>,
  { own, sealAnew }: SearchRequest,
): { readonly leaks: readonly Leak[]; readonly byChance: number } {
  const texts = hitsInOwn(stored.own, search, (needle, text) =>
    isLeak(needle, text, 'letters', own, sealAnew),
  );
  const decoded = hitsInOwn(stored.ownDecoded, search, (needle, text) =>
    isLeak(needle, text, 'bytes', own, sealAnew),
  );
  const hitsAmidCopies = (haystack: Uint8Array) => {
    const found = new Set<Needle>();
    search(haystack, (needle, at) => {
      if (found.has(needle) || ordinary.has(needle)) return;
      const places = texts.hits.get(needle) ?? [];
      const copied = places.some((place) => isCopy(needle, haystack, at, stored.own.bytes, place));
      if (!copied) found.add(needle);
    });
    return found;
  };
  const leaks = [
    ...leaksAt('fields', needlesIn(stored.fields, search), texts.leaks),
    ...leaksAt('decoded', needlesIn(stored.decodedFields, search), decoded.leaks),
    ...leaksAt('disk', hitsAmidCopies(stored.disk)),
    ...leaksAt('requests', hitsAmidCopies(stored.requests)),
  ];
  const met = valuesOf([...texts.hits.keys(), ...decoded.hits.keys()]);
  for (const { needle } of leaks) met.delete(needle.value);
  return { leaks, byChance: met.size };
}

interface OwnHits {
  /** Where each needle stands in the joined texts. */
  readonly hits: ReadonlyMap<Needle, readonly number[]>;
  readonly leaks: ReadonlySet<Needle>;
}

function hitsInOwn(
  joined: JoinedTexts,
  search: SearchBytes,
  leaked: (needle: Needle, text: string) => boolean,
): OwnHits {
  const hits = new Map<Needle, number[]>();
  const leaks = new Set<Needle>();
  search(joined.bytes, (needle, at) => {
    const places = hits.get(needle);
    if (places) places.push(at);
    else hits.set(needle, [at]);
    if (!leaks.has(needle) && leaked(needle, joined.textAt(at))) leaks.add(needle);
  });
  return { hits, leaks };
}

function leaksAt(place: Find['place'], ...needles: ReadonlySet<Needle>[]): Leak[] {
  const different = new Set(needles.flatMap((each) => [...each]));
  return Array.from(different, (needle) => ({ needle, place }));
}

function valuesOf(needles: Iterable<Needle>): Set<string> {
  return new Set(Array.from(needles, ({ value }) => value));
}
