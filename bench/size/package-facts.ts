/** What `package.json` says about entry points and about packages that the app brings. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PackageFacts {
  /** `.`, `./sodium`, … without `./package.json`. */
  readonly subpaths: readonly string[];
  readonly peers: readonly string[];
}

export function packageFacts(root: string): PackageFacts {
  const { exports, peerDependencies = {} } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as { exports: Record<string, unknown>; peerDependencies?: Record<string, string> };
  return {
    subpaths: Object.keys(exports).filter((subpath) => subpath !== './package.json'),
    peers: Object.keys(peerDependencies),
  };
}
