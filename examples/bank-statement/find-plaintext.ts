/** Looks for the encrypted values in everything the server stores. */
import {
  type Needle,
  needlesOf,
  RAW,
  type RandomText,
  SHORTEST_NEEDLE,
  tellingNeedles,
} from './needles.js';
import { searchFor } from './search-bytes.js';
import { allFields, dumpDisk, type Server } from './server.js';

/** What the server stores, in the places that are searched. */
export interface StoredBytes {
  /** Every field of every row of every table, as text. */
  readonly fields: Uint8Array;
  /** Everything in those fields that is base64url (payloads, header), decoded. */
  readonly decoded: Uint8Array;
  /** The data directory. */
  readonly disk: Uint8Array;
  /** How much of it looks random, and would show a short needle by chance. */
  readonly random: RandomText;
}

export interface SearchRequest {
  /** What must not be found. */
  readonly values: Iterable<string>;
  /** Text that the user chose to show: what stands in it can't be a secret. */
  readonly visible: Iterable<string>;
  /** The data directory before the first row came: Postgres's own words stand in it. */
  readonly emptyDisk: Uint8Array;
}

export interface SearchReport {
  /** The distinct values that were searched for, at least as they are. */
  readonly searched: ReadonlySet<string>;
  /** In how many forms. */
  readonly forms: number;
  /** Bytes that were searched. */
  readonly bytes: number;
  /** Values under six bytes, which would be found by chance: not searched for. */
  readonly tooShort: number;
  /** Values that also stand in a visible column: not searched for. */
  readonly alsoVisible: number;
  /** Values that an empty Postgres holds as well (`transfer`): searched for in the tables only. */
  readonly postgresWords: number;
  /** Values that so many random letters would show by chance: not searched for as they are. */
  readonly tooLikely: number;
  readonly found: readonly Find[];
}

export interface Find {
  readonly value: string;
  readonly form: string;
  readonly place: (typeof PLACES)[number];
}

const PLACES = ['fields', 'decoded', 'disk'] as const;
const ROW_ID = /^[\da-f-]{36}$/;
const LONG_BASE64URL = /^[\w-]{64,}$/;
const VALUES_AT_ONCE = 25_000; // bounds the memory for the forms of a large file

export async function storedBytes(server: Server): Promise<StoredBytes> {
  const fields = await allFields(server);
  const sealed = fields.filter((field) => LONG_BASE64URL.test(field));
  const ids = fields.filter((field) => ROW_ID.test(field));
  return {
    fields: Buffer.from(fields.join('\0')),
    decoded: Buffer.concat(sealed.map((field) => Buffer.from(field, 'base64url'))),
    disk: await dumpDisk(server),
    random: { base64url: lengthOf(sealed), hex: lengthOf(ids) },
  };
}

export function findPlaintext(stored: StoredBytes, request: SearchRequest): SearchReport {
  const distinct = [...new Set(request.values)].filter((value) => value !== '');
  const long = distinct.filter((value) => Buffer.byteLength(value) >= SHORTEST_NEEDLE);
  const shown = Buffer.from([...new Set(request.visible)].join('\0'));
  const report = { forms: 0, alsoVisible: 0, postgresWords: 0, tooLikely: 0 };
  const searched = new Set<string>();
  const found: Find[] = [];
  for (let from = 0; from < long.length; from += VALUES_AT_ONCE) {
    const all = long.slice(from, from + VALUES_AT_ONCE).flatMap(needlesOf);
    const visible = valuesOf(searchFor(all)(shown));
    const secret = all.filter(({ value }) => !visible.has(value));
    const telling = tellingNeedles(secret, stored.random);
    const everywhere = searchFor(telling);
    const ordinary = everywhere(request.emptyDisk);
    for (const place of PLACES) {
      for (const needle of everywhere(stored[place])) {
        if (place === 'disk' && ordinary.has(needle)) continue;
        found.push({ value: needle.value, form: needle.form, place });
      }
    }
    const asTheyAre = valuesOf(telling.filter(({ form }) => form === RAW));
    for (const value of asTheyAre) searched.add(value);
    report.forms += telling.length;
    report.alsoVisible += visible.size;
    report.postgresWords += valuesOf(ordinary).size;
    report.tooLikely += valuesOf(secret).size - asTheyAre.size;
  }
  const bytes = stored.fields.length + stored.decoded.length + stored.disk.length;
  return { ...report, searched, tooShort: distinct.length - long.length, bytes, found };
}

function valuesOf(needles: Iterable<Needle>): Set<string> {
  return new Set(Array.from(needles, ({ value }) => value));
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}
