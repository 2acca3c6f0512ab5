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

export async function measure({ name, code, budget }: Program): Promise<Measurement> {
  const { length, minifiedLength, kept } = await bundleProgram(code);
  const { length: own } = await bundleProgram(code, { without: VENDORS });
  const vendors = length - own;
  return { program: name, length, budget, own, vendors, minifiedLength, files: kept };
}

export function isOver({ length, budget }: Measurement): boolean {
  return budget === null || length > budget;
}
