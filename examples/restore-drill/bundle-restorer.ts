/** Makes the restorer one file that needs nothing but Node: to be kept beside the backups. */
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param tsconfig where the package is not built, one that leads to its sources
 */
export async function bundleRestorer(outfile: string, tsconfig?: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'restore-statement.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    ...(tsconfig && { tsconfig }),
  });
}
