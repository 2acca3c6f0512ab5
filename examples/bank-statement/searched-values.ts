/** What must not be found, and what may. */
import { PASSWORDS, type Story } from './story.js';

/** Every value of an encrypted column, of the file and of what the story wrote beside it. */
export function encryptedValues({ statement, written }: Story): string[] {
  return [...cellsOf(statement, false), ...written];
}

export function visibleValues({ statement }: Story): string[] {
  return cellsOf(statement, true);
}

/** What opens the vault. */
export function secretsOf(recoveryKey: string): string[] {
  return [...Object.values(PASSWORDS), recoveryKey, recoveryKey.replaceAll('-', '')];
}

function cellsOf({ columns, cells }: Story['statement'], wanted: boolean): string[] {
  return columns.flatMap(({ visible }, index) =>
    visible === wanted ? cells.map((row) => row[index] ?? '') : [],
  );
}
