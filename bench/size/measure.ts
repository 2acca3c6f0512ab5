import { bundleProgram } from './bundle.js';
import type { Program } from './programs.js';

export interface Measurement {
  readonly program: string;
  /** In bytes after gzip, as are `own` and `vendors`. */
  readonly length: number;
  readonly budget: number | null;
  /** The same bundle with the vendors left out. */
  readonly own: number;
  /** What they add to it. */
  readonly vendors: number;
  readonly minifiedLength: number;
  readonly files: ReadonlyMap<string, number>;
}

const VENDORS = ['@noble/*', '@scure/*'];

export async function measure({ name, code, over, budget }: Program): Promise<Measurement> {
  const bundle = await bundleBoth(code);
  const base = over === undefined ? NOTHING : await bundleBoth(over);
  const length = bundle.length - base.length;
  const own = bundle.own - base.own;
  return {
    program: name,
    length,
    budget,
    own,
    vendors: length - own,
    minifiedLength: bundle.minifiedLength - base.minifiedLength,
    files: new Map([...bundle.kept].filter(([path]) => !base.kept.has(path))),
  };
}

const NOTHING = { length: 0, own: 0, minifiedLength: 0, kept: new Map<string, number>() };

async function bundleBoth(code: string): Promise<typeof NOTHING> {
  const { length, minifiedLength, kept } = await bundleProgram(code);
  const { length: own } = await bundleProgram(code, { without: VENDORS });
  return { length, own, minifiedLength, kept: new Map(kept) };
}

export function isOver({ length, budget }: Measurement): boolean {
  return budget === null || length > budget;
}
