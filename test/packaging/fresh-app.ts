import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Runs a program to its end; a failure carries all that it printed. */
export async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd, timeout: 600_000 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** A script from the project's own development dependencies, under this Node. */
export function runTool(cwd: string, script: string, ...args: string[]): Promise<string> {
  return run(cwd, process.execPath, join(ROOT, 'node_modules', script), ...args);
}

/** An empty ESM app that has installed the given packages and nothing else. */
export async function freshApp(
  folder: string,
  packages: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const all = { 'package.json': '{ "private": true, "type": "module" }', ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await run(folder, 'npm', 'install', '--no-audit', '--no-fund', ...packages);
  return folder;
}

/** The first block of the README in the given language. */
export function firstBlock(markdown: string, language: string): string {
  const block = new RegExp(`^\`\`\`${language}\\b[^\\n]*\\n(.*?)^\`\`\``, 'ms').exec(markdown)?.[1];
  if (block === undefined) throw new Error(`README.md has no \`\`\`${language} block`);
  return block;
}
