/**
 * Runs a program in this process: its imports come from the test's module graph, so `rowseal` is
 * the source, and its databases are gone when it ends.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { SourceMap } from 'node:module';
import { compileFunction } from 'node:vm';
import { IDBFactory } from 'fake-indexeddb';
import ts from 'typescript';
import { withDatabases } from './example-databases.js';
import { importModule } from './example-modules.js';
import type { Program } from './example-programs.js';
import { withFastArgon2id } from './fast-argon2id.js';

/** Programs run at the same time, and what one stores must not turn up in another. */
const databases = new AsyncLocalStorage<InstanceType<typeof IDBFactory>>();
Object.defineProperty(globalThis, 'indexedDB', { get: () => databases.getStore() });

interface Compiled {
  readonly run: (require: unknown, exports: object, console: object) => Promise<void>;
  readonly imports: readonly string[];
  readonly lineIn: (stack: string | undefined) => string;
}

/** Throws what the program throws, or for an assertion that does not hold; names the line. */
export async function runProgram(program: Program): Promise<void> {
  const { run, imports, lineIn } = compile(program);
  const modules = new Map<string, unknown>();
  for (const name of imports) modules.set(name, await importModule(name, program.path));
  const failures: string[] = [];
  const quiet = quietConsole((message) => {
    failures.push(`${lineIn(new Error().stack)}: console.assert does not hold. ${message}`.trim());
  });
  const require = (name: string) => modules.get(name);
  try {
    await withFastArgon2id(imports, () =>
      databases.run(new IDBFactory(), () => withDatabases(() => run(require, {}, quiet))),
    );
  } catch (error) {
    const { stack, message = String(error) } = error as Error;
    throw new Error(`${lineIn(stack)}: it throws: ${message}`, { cause: error });
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

function compile({ name, path, code }: Program): Compiled {
  const { outputText, sourceMapText = '' } = ts.transpileModule(code, {
    fileName: 'example.ts',
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      sourceMap: true,
      removeComments: true,
    },
  });
  const sourceMap = new SourceMap(JSON.parse(sourceMapText));
  const body = `return (async () => {${outputText}\n})();`;
  const frame = `example of ${name}`;
  return {
    run: compileFunction(body, ['require', 'exports', 'console'], {
      filename: frame,
    }) as Compiled['run'],
    imports: ts.preProcessFile(code).importedFiles.map(({ fileName }) => fileName),
    lineIn(stack) {
      const at = stack?.split(`${frame}:`)[1]?.match(/^(\d+):(\d+)/);
      if (!at) return name;
      const entry = sourceMap.findEntry(Number(at[1]) - 1, Number(at[2]) - 1);
      return 'originalLine' in entry ? `${path}:${entry.originalLine + 1}` : name;
    },
  };
}

/** Says nothing, but tells of every assertion that does not hold, as `console.assert` never throws. */
function quietConsole(fail: (message: string) => void): object {
  const silent = () => undefined;
  const own = { assert: (holds?: unknown, ...data: unknown[]) => holds || fail(data.join(' ')) };
  return new Proxy(own, { get: (_, name) => (name === 'assert' ? own.assert : silent) });
}
