/** Prints what a search of the server came to. */
import type { SearchReport } from './find-plaintext.js';
import type { Terminal } from './terminal.js';
import { count, cutTo, megabytes, number, printable, seconds } from './text-width.js';

const FINDS_SHOWN = 5;
const INDENT = `    ${' '.repeat(21)}  `;

export function showReport(terminal: Terminal, report: SearchReport, milliseconds: number): void {
  const { searched, forms, bytes, found } = report;
  terminal.fact('searched for', `${count(searched.size, 'value')} in ${count(forms, 'form')}`);
  terminal.line(`${INDENT}as they are, in hex, in base64 at each offset`);
  terminal.fact('searched through', `${megabytes(bytes)} in ${seconds(milliseconds)}`);
  terminal.line(`${INDENT}all requests, all fields, payloads decoded, the disk with its log`);
  const left = [
    [report.tooShort, 'not searched for', 'under six bytes: they stand anywhere by chance'],
    [report.alsoVisible, 'not searched for', 'that also stand in a column in the clear'],
    [report.ordinaryWords, 'only in the tables', 'that stood elsewhere before the first row'],
    [report.byChance, 'met by chance', 'within random ids, headers and payloads'],
  ] as const;
  for (const [values, label, why] of left) {
    if (values > 0) terminal.fact(label, `${count(values, 'value')} ${why}`);
  }
  terminal.fact('found', number(found.length));
  for (const { value, form, place } of found.slice(0, FINDS_SHOWN)) {
    terminal.line(`    in the ${place}, ${form}: ${cutTo(printable(value), 40)}`);
  }
}
