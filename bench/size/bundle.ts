/** A program bundled as an app's bundler would do it, with a list of what stayed in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { packageFacts } from './package-facts.js';

export const ROOT = join(import.meta.dirname, '../..');

export interface Bundle {
  readonly minifiedLength: number;
  /** After gzip at level 9: what a browser loads. */
  readonly length: number;
  /** Path below the project → its minified bytes, the largest first; files that were shaken out are not in it. */
  readonly kept: ReadonlyMap<string, number>;
  /** Every file that an import leads to, kept or not. */
  readonly imported: readonly string[];
  readonly exports: readonly string[];
}

export interface BundleOptions {
  /** Packages left out, as esbuild's `external`. */
  readonly without?: readonly string[];
  readonly plugins?: readonly Plugin[];
  /** What `rowseal` stands for; the built package unless told. */
  readonly rowseal?: string;
}

export async function bundleProgram(code: string, options: BundleOptions = {}): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    logLevel: 'silent',
    // What an app installs itself is no part of this package.
    external: ['node:*', ...packageFacts(ROOT).peers, ...(options.without ?? [])],
    plugins: [...(options.plugins ?? [])],
    ...(options.rowseal && { alias: { rowseal: join(ROOT, options.rowseal) } }),
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (!file || !output) throw new Error('esbuild wrote nothing.');
  const kept = Object.entries(output.inputs)
    .map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const)
    .filter(([path, length]) => length > 0 && path !== '<stdin>')
    .sort((a, b) => b[1] - a[1]);
  return {
    minifiedLength: file.contents.length,
    length: gzipSync(file.contents, { level: 9 }).length,
    kept: new Map(kept),
    imported: Object.keys(metafile.inputs).filter((path) => path !== '<stdin>'),
    exports: output.exports,
  };
}

/** Statements of the package's files that run on import, as minified code; an app that uses nothing ships them. */
export async function bundleUnused(options: BundleOptions = {}): Promise<Bundle> {
  // Without this the bundler believes `sideEffects: false` and does not even look.
  const disbelieve: Plugin = {
    name: 'disbelieve',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, importer }) =>
        importer.includes('node_modules')
          ? undefined
          : { path: sourceFile(join(resolveDir, path)), sideEffects: true },
      );
    },
  };
  const program = `import './${options.rowseal ?? 'dist/index.js'}';`;
  return bundleProgram(program, { ...options, plugins: [...(options.plugins ?? []), disbelieve] });
}

/** `src` imports `.js` and has `.ts`. */
function sourceFile(path: string): string {
  const source = path.replace(/\.js$/, '.ts');
  return existsSync(source) ? source : path;
}
