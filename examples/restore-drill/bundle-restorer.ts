/** Makes the restorer one file that needs nothing but Node: to be kept beside the backups. */
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param tsconfig where the package is not built, one that leads to its sources
 * @param program the restorer of an app; the demo's unless told
 */
export async function bundleRestorer(
  outfile: string,
  tsconfig?: string,
  program = join(import.meta.dirname, 'restore-statement.ts'),
): Promise<void> {
  await build({
    entryPoints: [program],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    ...(tsconfig && { tsconfig }),
  });
}
