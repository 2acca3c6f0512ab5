// Section 10, "Canonical JSON". Elsewhere than in ECMAScript: write the value anew by the rules of
// the section, and compare.

const greatestDepth = 64;

export function isCanonicalJson(text: string): boolean {
  if (depthOf(text) > greatestDepth) return false;
  try {
    const value: unknown = JSON.parse(text);
    // A lone surrogate would be escaped in the same way as it was read.
    return JSON.stringify(value) === text && !/\\ud[89a-f]/.test(withoutEscapedBackslashes(text));
  } catch {
    return false;
  }
}

const withoutEscapedBackslashes = (text: string): string => text.replaceAll('\\\\', '');

/** Before anything is parsed, since a parser may recurse. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs) ?? []) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    if (token === ']' || token === '}') depth--;
  }
  return deepest;
}
