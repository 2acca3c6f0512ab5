/**
 * Type-checks programs, all in one go, as strictly as the tests themselves.
 *
 * `rowseal` is the source. Examples are code of apps, so they also know what a browser has. A name
 * that an example makes and leaves to the reader is fine; an import that nothing uses is not.
 */
import { dirname, resolve } from 'node:path';
import ts from 'typescript';
import { entryPoints } from '../support/entry-points.js';
import { ROOT } from './documents.js';
import { STAND_INS } from './example-modules.js';
import type { Program } from './example-programs.js';

/** Every complaint, as `path:line: what`. */
export function typeErrors(programs: readonly Program[]): readonly string[] {
  const texts = new Map(programs.map((each) => [fileOf(each), each]));
  const options = compilerOptions();
  const program = ts.createProgram([...texts.keys()], options, hostWith(texts, options));
  const found = [...texts].flatMap(([file, { path }]) => {
    const source = program.getSourceFile(file) as ts.SourceFile;
    const errors = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return [
      ...errors.filter(isComplaint).map((each) => describe(path, each)),
      ...floatingPromises(source, program.getTypeChecker()).map(
        (line) => `${path}:${line}: ${FLOATING}`,
      ),
    ];
  });
  // The parser's errors come up twice.
  return [...new Set(found)];
}

/** A file beside the document, so that it may import what a reader of that has. */
function fileOf({ name, path }: Program): string {
  return resolve(ROOT, dirname(path), `${name.replace(/\W/g, '-')}.example.ts`);
}

export function compilerOptions(): ts.CompilerOptions {
  const config = resolve(ROOT, 'tsconfig.test.json');
  const { config: json } = ts.readConfigFile(config, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { ...json, include: [] },
    ts.sys,
    dirname(config),
  );
  const known = [...entryPoints, ...STAND_INS];
  const paths = Object.fromEntries(known.map(([name, file]) => [name, [file]]));
  return { ...options, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], paths };
}

function hostWith(
  texts: ReadonlyMap<string, Program>,
  options: ts.CompilerOptions,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.getSourceFile = (file, ...rest) => {
    const own = texts.get(file);
    if (own) return ts.createSourceFile(file, own.code, rest[0]);
    if (!parsed.has(file)) parsed.set(file, getSourceFile(file, ...rest));
    return parsed.get(file);
  };
  return host;
}

/** Libraries and the source: the same for every program. */
const parsed = new Map<string, ts.SourceFile | undefined>();

const FLOATING = 'nothing awaits this promise, so what goes wrong in it would go unseen.';

/** The lines of statements that are a promise. */
function floatingPromises(source: ts.SourceFile, checker: ts.TypeChecker): readonly number[] {
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && isPromise(checker.getTypeAtLocation(node.expression))) {
      lines.push(source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}

function isPromise(type: ts.Type): boolean {
  return type.getProperty('then') !== undefined;
}

const UNUSED_NAMES = [6133, 6196, 6198];

function isComplaint({ code, file, start = 0 }: ts.Diagnostic): boolean {
  if (!UNUSED_NAMES.includes(code)) return true;
  return Boolean(
    file?.statements.some(
      (statement) =>
        ts.isImportDeclaration(statement) && statement.pos <= start && start < statement.end,
    ),
  );
}

function describe(path: string, { file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  const line = file ? file.getLineAndCharacterOfPosition(start ?? 0).line + 1 : 0;
  return `${path}:${line}: ${text}`;
}
