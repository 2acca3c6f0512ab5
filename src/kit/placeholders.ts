/**
 * `{app}` and the like in a text, filled in once: what a value holds is never taken for one.
 */
const PLACEHOLDER = /\{([^{}]*)\}/g;

export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name as string);
}

/** @param values by name; every placeholder of the text has one */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (_, name: string) => values[name] as string);
}
