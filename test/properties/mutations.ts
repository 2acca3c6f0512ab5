import fc from 'fast-check';

/** A change to make to some bytes, positions given as shares of their length. */
export type Mutation =
  | { readonly kind: 'change'; readonly at: number; readonly xor: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'delete' | 'duplicate' | 'zero'; readonly at: number; readonly length: number }
  | { readonly kind: 'cut' | 'extend'; readonly length: number };

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const shortLength = fc.integer({ min: 1, max: 40 });

export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('change' as const),
    at: share,
    xor: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: share,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constantFrom('delete' as const, 'duplicate' as const, 'zero' as const),
    at: share,
    length: shortLength,
  }),
  fc.record({ kind: fc.constantFrom('cut' as const, 'extend' as const), length: shortLength }),
);

/** The mutated bytes; the same bytes when the mutation happens to change nothing. */
export function mutate(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const all = [...bytes];
  const at = 'at' in mutation ? Math.floor(mutation.at * all.length) : 0;
  switch (mutation.kind) {
    case 'change':
      return Uint8Array.from(all.map((byte, i) => (i === at ? byte ^ mutation.xor : byte)));
    case 'insert':
      return Uint8Array.from([...all.slice(0, at), ...mutation.bytes, ...all.slice(at)]);
    case 'delete':
      return Uint8Array.from([...all.slice(0, at), ...all.slice(at + mutation.length)]);
    case 'duplicate':
      return Uint8Array.from([...all.slice(0, at + mutation.length), ...all.slice(at)]);
    case 'zero':
      return Uint8Array.from(all.fill(0, at, at + mutation.length));
    case 'cut':
      return Uint8Array.from(all.slice(0, Math.max(0, all.length - mutation.length)));
    case 'extend':
      return Uint8Array.from([...all, ...new Array<number>(mutation.length).fill(0)]);
  }
}

/** Valid encodings, a few mutations away from valid, and plain noise: what a parser may be fed. */
export function damaged(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(mutations, { maxLength: 3 });
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(valid, changes).map(([bytes, all]) => all.reduce(mutate, bytes)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
}
