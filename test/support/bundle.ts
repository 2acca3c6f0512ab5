import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

/**
 * A script of `src` with everything it needs in one text, to be run where there are no modules.
 *
 * @param code what the script does; it may import from `./src/…`
 * @param format `iife`: a global `rowseal` with the code's exports; `cjs`: as Node's workers take it
 */
export async function bundle(code: string, format: 'iife' | 'cjs' | 'esm'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format,
    globalName: 'rowseal',
    platform: format === 'cjs' ? 'node' : 'neutral',
    target: 'es2022',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild wrote nothing.');
  return file.text;
}

/** The whole public API as one script. */
export function bundleCore(format: 'iife' | 'esm' = 'iife'): Promise<string> {
  return bundle("export * from './src/index.ts';", format);
}
