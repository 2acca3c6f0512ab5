/**
 * The floors of the source tree as a function: which file may import what.
 *
 * It reads imports by regular expression, outside comments, and so needs no compiler. An import
 * that it could not read (a computed `import()`) is a violation for that reason.
 */
import { posix } from 'node:path';

/** Lowest first; a file imports its own folder and lower floors. */
const FLOORS = [
  'errors',
  'bytes',
  'crypto',
  'keys',
  'rows',
  'recovery',
  'kit',
  'exposure',
  'sync',
  'adapters',
];
const TOP = ['testing', 'cli'];

/** Each package from outside, and the only place that may import it. `/` or `:` ends a prefix. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@noble/': 'crypto',
  '@scure/base': 'bytes',
  '@powersync/': 'adapters/powersync',
  'libsodium-wrappers': 'backends/sodium',
  'hash-wasm': 'backends/hash-wasm',
  qr: 'kit',
  'node:': 'cli',
};

const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\bMath\s*\.\s*random\b/, 'uses Math.random'],
  [/\beval\s*\(/, 'uses eval'],
  [/\bFunction\s*\(/, 'uses new Function'],
  [/\bimport\s*\(\s*(?!['"])/, 'imports a computed name'],
  [/\bexport\s*\*/, 'has export *'],
];

const MAX_LINES = 300;
const NAMED_REEXPORT = /\bexport\s+(?:type\s+)?\{[^}]*\}\s*from\s*['"][^'"]+['"]\s*;?/g;
const STRING_OR_COMMENT =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/.*|\/\*[\s\S]*?\*\//g;
const IMPORT =
  /^[ \t]*(?:import|export)\b(?<clause>[^'"`;=]*?)\bfrom\s*['"](?<from>[^'"\n]+)['"]|^[ \t]*import\s*['"](?<bare>[^'"\n]+)['"]|\b(?:import|require)\s*\(\s*['"](?<call>[^'"\n]+)['"]/gm;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Every broken rule in a tree, given as path below `src` → text, one sentence each. */
export function architectureViolations(files: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [path, text] of files) {
    const code = withoutComments(text);
    const problems = ownProblems(path, text, code);
    const targets: string[] = [];
    for (const { specifier, typeOnly } of importsOf(code)) {
      const target = specifier.startsWith('.') ? resolveSource(path, specifier) : undefined;
      if (target === undefined) problems.push(...packageProblems(path, specifier));
      else if (!files.has(target)) problems.push(`imports ${specifier}, which is not in src`);
      else {
        targets.push(target);
        if (!mayImport(path, target, typeOnly)) problems.push(`may not import ${target}`);
      }
    }
    edges.set(path, targets);
    found.push(...problems.map((problem) => `${path} ${problem}`));
  }
  return [...found, ...cycles(edges)];
}

function withoutComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (_, string: string | undefined) => string ?? ' ');
}

function importsOf(code: string): Import[] {
  return [...code.matchAll(IMPORT)].map(({ groups = {} }) => ({
    specifier: groups.from ?? groups.bare ?? groups.call ?? '',
    typeOnly: /^\s*type\b/.test(groups.clause ?? ''),
  }));
}

function ownProblems(path: string, text: string, code: string): string[] {
  const problems = FORBIDDEN.filter(([pattern]) => pattern.test(code)).map(
    ([, problem]) => problem,
  );
  const lines = text.trimEnd().split('\n').length;
  if (lines > MAX_LINES) problems.push(`has ${lines} lines, more than ${MAX_LINES}`);
  if (!/(?<!\.d)\.ts$/.test(path)) problems.push('is not a .ts file: the build leaves it out');
  if (/^\/\/\/\s*<reference/m.test(text)) problems.push('references types of a platform');
  if (path.endsWith('/index.ts')) problems.push('is an inner barrel');
  if (path === 'index.ts' && code.replace(NAMED_REEXPORT, '').trim() !== '')
    problems.push('has more than named re-exports');
  if (!isKnownPlace(placeOf(path))) problems.push('stands on no floor');
  return problems;
}

/** `errors`, `index`, `crypto`, …; adapters and backends are one place for each engine or library. */
function placeOf(path: string): string {
  const [first = '', second] = path.replace(/\.ts$/, '').split('/');
  return first === 'adapters' || first === 'backends' ? `${first}/${second}` : first;
}

function isKnownPlace(place: string): boolean {
  const [folder = ''] = place.split('/');
  return [...FLOORS, ...TOP, 'backends', 'index'].includes(folder);
}

function mayImport(from: string, to: string, typeOnly: boolean): boolean {
  const [source, target] = [placeOf(from), placeOf(to)];
  if (target === 'index') return false;
  if (source === target) return true;
  if (TOP.includes(target)) return false;
  if (TOP.includes(source)) return true;
  // A backend implements crypto's interfaces; taking code from there would bring noble along.
  if (source.startsWith('backends/'))
    return ['errors', 'bytes'].includes(target) || (target === 'crypto' && typeOnly);
  return floorOf(target) < (source === 'index' ? FLOORS.indexOf('adapters') : floorOf(source));
}

/** Backends are on no floor: nothing below the top reaches them. */
function floorOf(place: string): number {
  const [folder = ''] = place.split('/');
  return folder === 'backends' ? Number.POSITIVE_INFINITY : FLOORS.indexOf(folder);
}

function packageProblems(path: string, specifier: string): string[] {
  const known = Object.entries(PACKAGES).find(
    ([name]) => specifier === name || specifier.startsWith(/[/:]$/.test(name) ? name : `${name}/`),
  );
  if (known === undefined) return [`imports ${specifier}, a package nobody may import`];
  return placeOf(path) === known[1] ? [] : [`imports ${specifier}, which only ${known[1]} may`];
}

function resolveSource(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

function cycles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push(`cycle: ${[...trail, path].join(' → ')}`);
    if (done.has(path) || trail.includes(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}
