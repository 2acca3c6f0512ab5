/**
 * What must not come along: who imports one function should not ship the code of another.
 *
 * Tree shaking fails silently, so each rule names a program and the files that it may not keep.
 */
import { type BundleOptions, bundleProgram } from './bundle.js';
import { CORE, exporting } from './programs.js';

export interface Rule {
  readonly name: string;
  /** The names that the program imports, of all that the index exports. */
  readonly program: (exports: readonly string[]) => readonly string[];
  readonly forbidden: RegExp;
  /** Files that are shaken out count, too: nothing may even import them. */
  readonly evenUnused?: boolean;
}

export interface Finding {
  readonly rule: string;
  /** Forbidden files that were reached; empty when the rule holds. */
  readonly reached: readonly string[];
}

/** A changed password is the one other place that takes a new password. */
const WITH_PASSWORDS = ['byPassword', 'changePassword'];
const OTHER_KEY_MODULES = [
  'adopt-header',
  'change-header',
  'change-password',
  'create-vault',
  'rekey-vault',
  'replace-recovery-key',
  'rotate-data-key',
  'secret-slots',
  'keep-unlocked',
  'kept-key',
  'resume-vault',
  'vault-keeper',
  'vault-facts',
].join('|');

export const RULES: readonly Rule[] = [
  {
    name: 'Argon2id comes only with byPassword and changePassword',
    program: (names) => names.filter((name) => !WITH_PASSWORDS.includes(name)),
    forbidden: /noble-argon2id|@noble\/hashes\/(argon2|_?blake)/,
  },
  {
    name: 'the index imports no adapter, backend, kit, test vault or command line',
    program: (names) => names,
    forbidden: /^(dist|src)\/(adapters|backends|kit|testing|cli)\//,
    evenUnused: true,
  },
  {
    name: 'openVault comes without rows',
    program: () => ['openVault'],
    forbidden: /^(dist|src)\/rows\//,
  },
  {
    name: 'using a vault comes without changing or keeping it',
    program: () => CORE,
    forbidden: new RegExp(`/keys/(${OTHER_KEY_MODULES})\\.`),
  },
];

export async function checkRule(rule: Rule, options: BundleOptions = {}): Promise<Finding> {
  const { exports } = await bundleProgram("export * from 'rowseal';", options);
  const { kept, imported } = await bundleProgram(exporting(rule.program(exports)), options);
  const files = rule.evenUnused ? imported : [...kept.keys()];
  return { rule: rule.name, reached: files.filter((path) => rule.forbidden.test(path)) };
}
