/** `docs/errors.md`, made of the docstrings in `src/errors/error-code.ts` and of the call graph. */
import { type Code, codes, codesReturnedBy, codesThrownBy } from './api-codes.js';
import { type ApiItem, values } from './public-api.js';

const INTRODUCTION = `# Errors

<!-- Written by \`npm run docs:errors\` from the docstrings in src/errors/error-code.ts. -->

Whatever a hostile server, a wrong secret or damaged data can cause is a \`RowsealError\`. Switch on
its \`code\`, a \`RowsealErrorCode\`: it is never renamed, while \`message\` may change in any release. A
refused call leaves what was there before as it was; where a change may be in effect all the same,
\`message\` says so. No message holds a secret or a value, so errors may be logged.

\`\`\`ts
import { byPassword, createVault, memoryStore, openVault, type RowsealError } from 'rowseal';

const store = memoryStore();
await createVault(store, byPassword('correct horse battery staple'));

async function unlock(password: string): Promise<string> {
  try {
    await openVault(store, byPassword(password));
    return 'open';
  } catch (error) {
    switch ((error as RowsealError).code) {
      case 'UNLOCK_FAILED':
      case 'PASSWORD_REFUSED':
        return 'Check the password, or use the recovery key.';
      case 'STORE_FAILED':
        return 'Check the connection and try again.';
      default:
        throw error;
    }
  }
}

console.assert((await unlock('correct horse')) === 'Check the password, or use the recovery key.');
console.assert((await unlock('correct horse battery staple')) === 'open');
\`\`\`

A caller's own mistake is a \`TypeError\` or a \`RangeError\`, and has no \`code\`: a function got
something of the wrong kind, an option that it does not have, a column that the table does not have,
an id that does not exist. Mend the call; there is nothing to tell the user. A call that was given a
\`signal\` rejects with the signal's reason once it is aborted.
`;

export function errorsPage(): string {
  return [INTRODUCTION, indexTable(), ...codes.map(section)].join('\n');
}

function indexTable(): string {
  const rows = codes.map(
    ({ name, text }) => `| [\`${name}\`](#${name.toLowerCase()}) | ${firstSentence(text)} |`,
  );
  return ['| code | what happened |', '| --- | --- |', ...rows, ''].join('\n');
}

export function firstSentence(text: string): string {
  return (text.split('\n\n')[0] as string).replaceAll('\n', ' ');
}

function section({ name, text }: Code): string {
  const labelled = text.replace(/^- (App|User|Lost):/gm, '- **$1**:');
  return `## ${name}\n\n${labelled}\n\n${throwersOf(name)}\n`;
}

function throwersOf(code: string): string {
  const throwing = namesOf((item) => codesThrownBy(item).includes(code));
  const returning = namesOf((item) => returned.get(item)?.includes(code) ?? false);
  if (!throwing) return 'No function of this version throws it.';
  return wrapped(`Thrown by ${throwing}${returning && `; returned by ${returning}`}.`);
}

const returned = new Map(values.map((item) => [item, codesReturnedBy(item)]));

function namesOf(is: (item: ApiItem) => boolean): string {
  const names = values.filter(is).map(({ name }) => `\`${name}\``);
  return names.join(', ');
}

/** In lines of at most 100 characters, as the other pages are. */
function wrapped(text: string): string {
  return text.replace(/(.{1,100})(?: |$)/g, '$1\n').trimEnd();
}
