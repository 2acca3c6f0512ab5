/** What happens to three devices and a server that nobody should trust, drawn from a seed. */
import { type Chance, createChance } from '../../examples/bank-statement/seeded-chance.js';

export const DEVICES = [0, 1, 2] as const;
/** The rows of a schedule: two of one table, one of another. */
export const ROWS = [0, 1, 2] as const;

export type Device = (typeof DEVICES)[number];
export type RowNumber = (typeof ROWS)[number];
export type ColumnName = 'title' | 'body' | 'folder';

/** One write of an app transaction. */
export interface PlannedWrite {
  /** `repeat` sets columns to what they say already. A row that is not there is inserted. */
  readonly kind: 'set' | 'repeat' | 'delete';
  readonly row: RowNumber;
  readonly columns: readonly ColumnName[];
}

export type Step =
  /** An app transaction; unless locked, its device seals it at once or leaves it for later. */
  | {
      readonly kind: 'write';
      readonly device: Device;
      readonly writes: readonly PlannedWrite[];
      readonly isSealed: boolean;
    }
  /** A device seals, is online until it has sent and received everything, and settles. */
  | { readonly kind: 'sync'; readonly device: Device }
  /** A device sends its oldest transaction and goes offline before it hears the answer. */
  | { readonly kind: 'unheard'; readonly device: Device }
  /** Its vault goes away, or comes back. */
  | { readonly kind: 'lock' | 'unlock'; readonly device: Device }
  /** A device is lost with all that it has not sent; a new one takes its place. */
  | { readonly kind: 'lose'; readonly device: Device }
  /** The server serves a row, or a part of it, as it once was; `version` counts from 0, modulo. */
  | {
      readonly kind: 'replay';
      readonly row: RowNumber;
      readonly version: number;
      readonly part: 'payload' | 'siblings' | 'all';
    }
  /** The server forgets a row if all devices know that it was deleted. */
  | { readonly kind: 'purge'; readonly row: RowNumber }
  | { readonly kind: 'wait'; readonly milliseconds: number };

export interface Schedule {
  readonly seed: number;
  /** How far each device's clock is from the right time, in milliseconds. */
  readonly clocks: readonly number[];
  /** Rows in one pass: with 1, what was written while locked is sealed piece by piece. */
  readonly rowsPerPass: number;
  readonly steps: readonly Step[];
}

const HOUR_MS = 3_600_000;
const COLUMNS: readonly ColumnName[] = ['title', 'body', 'folder'];
const KINDS = [
  ...(['write', 'write', 'write', 'write', 'write', 'write', 'write', 'write'] as const),
  ...(['sync', 'sync', 'sync', 'sync', 'sync', 'lock', 'unlock', 'unlock'] as const),
  ...(['unheard', 'wait'] as const),
];
/** A server that takes something back, or devices that never come back: nobody survives both. */
const HOSTILE = [...KINDS, ...(['replay', 'replay', 'purge'] as const)];
const LOSING = [...KINDS, 'lose'] as const;

export function scheduleOf(seed: number): Schedule {
  const chance = createChance(seed * 7919 + 1);
  // Neighbouring seeds begin alike.
  for (let drawn = 0; drawn < 20; drawn++) chance.below(2);
  const kinds = chance.pick([HOSTILE, LOSING]);
  const stepCount = 20 + chance.below(30);
  return {
    seed,
    clocks: chance.pick([
      [0, 0, 0],
      [0, HOUR_MS, -HOUR_MS],
      [chance.below(2 * HOUR_MS), 0, -chance.below(2 * HOUR_MS)],
    ]),
    rowsPerPass: chance.pick([1, 100]),
    steps: Array.from({ length: stepCount }, () => stepOf(chance, kinds)),
  };
}

function stepOf(chance: Chance, kinds: readonly Step['kind'][]): Step {
  const [kind, device, row] = [chance.pick(kinds), chance.pick(DEVICES), chance.pick(ROWS)];
  switch (kind) {
    case 'write': {
      const writes = Array.from({ length: 1 + chance.below(3) }, () => writeOf(chance));
      return { kind, device, writes, isSealed: chance.below(3) > 0 };
    }
    case 'replay': {
      const part = chance.pick(['payload', 'siblings', 'all', 'all'] as const);
      return { kind, row, version: chance.below(1000), part };
    }
    case 'purge':
      return { kind, row };
    case 'wait':
      return { kind, milliseconds: chance.pick([1000, 15_000, 24 * HOUR_MS]) };
    default:
      return { kind, device };
  }
}

function writeOf(chance: Chance): PlannedWrite {
  const columns = COLUMNS.filter(() => chance.below(2) === 0);
  return {
    kind: chance.pick(['set', 'set', 'set', 'set', 'set', 'repeat', 'delete']),
    row: chance.pick(ROWS),
    columns: columns.length > 0 ? columns : ['title'],
  };
}
