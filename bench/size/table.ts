/** The result as text: a table for people, or one JSON object a line for tools. */
import type { Measurement } from './measure.js';
import { isOver } from './measure.js';
import type { Finding } from './reachability.js';

const COLUMNS = ['bytes', 'budget', 'own', 'vendors', 'minified'] as const;
const WIDTH = 10;

export function tableOf(measurements: readonly Measurement[], detail: boolean): string {
  const nameWidth = Math.max(...measurements.map(({ program }) => program.length));
  const row = (name: string, cells: readonly (string | number)[]) =>
    name.padEnd(nameWidth) + cells.map((cell) => grouped(cell).padStart(WIDTH)).join('');
  const lines = [row('gzip -9, in bytes', COLUMNS)];
  for (const each of measurements) {
    const { length, budget, own, vendors, minifiedLength } = each;
    const cells = row(each.program, [length, budget ?? 'none', own, vendors, minifiedLength]);
    lines.push(cells + (isOver(each) ? '   OVER' : ''));
    if (detail)
      lines.push(...[...each.files].map(([path, bytes]) => row(`  ${path}`, [bytes])), '');
  }
  return lines.join('\n');
}

export function sentenceOf({ rule, reached }: Finding): string {
  return reached.length === 0 ? `holds: ${rule}` : `BROKEN: ${rule}; reached ${reached.join(', ')}`;
}

export function jsonLines(
  measurements: readonly Measurement[],
  findings: readonly Finding[],
): string {
  const sizes = measurements.map(({ files, ...each }) => ({
    ...each,
    files: Object.fromEntries(files),
  }));
  return [...sizes, ...findings].map((each) => JSON.stringify(each)).join('\n');
}

function grouped(cell: string | number): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
}
