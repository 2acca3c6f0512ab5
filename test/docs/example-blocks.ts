/**
 * Finds the TypeScript of the documents: every fenced block of a Markdown page or of a docstring.
 *
 * There is no mark that exempts a block: a reader copies what stands there.
 */

/** One fenced block. */
export interface Block {
  readonly path: string;
  /** Line of its first line of code, counted from 1. */
  readonly line: number;
  readonly code: string;
}

const OPENING = /^(?<margin>\s*(?:\*\s?)?\s*)(?<fence>`{3,}|~{3,})\s*(?<language>[^\s`]*)/;

/** Every fenced block in a text, with what stands behind the opening fence. */
export function fencedBlocks(
  path: string,
  text: string,
): readonly (Block & { readonly language: string })[] {
  const lines = text.split('\n');
  const blocks: (Block & { readonly language: string })[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = OPENING.exec(lines[at] as string)?.groups;
    if (!opening) continue;
    const { margin = '', fence = '', language = '' } = opening;
    const first = at + 1;
    do at += 1;
    while (
      at < lines.length &&
      !(lines[at] as string).slice(margin.trimEnd().length).trim().startsWith(fence)
    );
    if (at === lines.length) throw new Error(`${path}:${first}: this block has no end.`);
    const code = lines.slice(first, at).map((line) => withoutMargin(line, margin));
    blocks.push({ path, line: first + 1, code: code.join('\n'), language });
  }
  return blocks;
}

/** The blocks that are TypeScript. */
export function typescriptBlocks(path: string, text: string): readonly Block[] {
  return fencedBlocks(path, text).filter(({ language }) => /^(ts|typescript)$/i.test(language));
}

/** An empty line of a docstring is shorter than the margin. */
function withoutMargin(line: string, margin: string): string {
  return line.startsWith(margin) ? line.slice(margin.length) : line.trim().replace(/^\*$/, '');
}
