/** A server on which no row names the keys that it was asked to close. */
export const noneLeft = async (prefixes: readonly string[]) =>
  prefixes.map((prefix) => ({ prefix, payloads: 0 }));
