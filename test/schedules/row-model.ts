/**
 * What a row must say, worked out from the app's writes: their times, their order on each device,
 * and inserts and deletes counted. It knows no payload and uses nothing of the library.
 */

/** The columns of a row as the app sees them; `null` for a row that is not there. */
export type Values = Readonly<Record<string, string | null>>;

/** One write of the app's to one row. */
export interface RowWrite {
  /** Milliseconds since 1970, by the clock of its device. */
  readonly at: number;
  readonly before: Values | null;
  readonly after: Values | null;
}

/** When a column was written last, and by which device. */
interface Tick {
  readonly time: number;
  /** How often it was written at that time, one having seen the other. */
  readonly again: number;
  readonly device: number;
}

interface Cell {
  readonly value: string | null;
  readonly tick: Tick;
}

/** All that a device, or a payload, knows of a row. */
export interface Knowledge {
  /** Odd while the row lives. */
  readonly life: number;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Two that know of one row: the longer life counts, and of equal ones each column's last write. */
export function together(a: Knowledge | null, b: Knowledge | null): Knowledge | null {
  if (!a || !b) return a ?? b;
  if (a.life !== b.life) return a.life > b.life ? a : b;
  const cells = new Map(a.cells);
  for (const [name, cell] of b.cells) {
    const other = cells.get(name);
    if (!other || isLater(cell.tick, other.tick)) cells.set(name, cell);
  }
  return { life: a.life, cells };
}

function isAlive({ life }: Knowledge): boolean {
  return life % 2 === 1;
}

/** The plaintext that somebody shows who knows this. */
export function shown(known: Knowledge | null): Values | null {
  if (!known || !isAlive(known)) return null;
  return Object.fromEntries([...known.cells].map(([name, { value }]) => [name, value]));
}

/**
 * What a device knows once it has sealed writes to one row.
 *
 * They count as one change from the first row to the last: nobody else has seen what was between.
 */
export function written(
  known: Knowledge | null,
  writes: readonly RowWrite[],
  device: number,
): Knowledge | null {
  const before = writes[0]?.before ?? null;
  const after = writes.at(-1)?.after ?? null;
  if (after === null) {
    return before && known && isAlive(known) ? { life: known.life + 1, cells: new Map() } : known;
  }
  const times = changeTimes(writes, before, after);
  if (known && isAlive(known)) {
    return { life: known.life, cells: overwritten(known, after, times, device) };
  }
  // It was deleted elsewhere while it was edited here: the delete wins.
  if (known && before) return known;
  const cells = Object.entries(after).map(([name, value]) => {
    const tick = { time: times.get(name) as number, again: 0, device };
    return [name, { value, tick }] as const;
  });
  return { life: (known?.life ?? 0) + 1, cells: new Map(cells) };
}

/** When each column was written last that differs on the whole; an insert writes every column. */
function changeTimes(
  writes: readonly RowWrite[],
  before: Values | null,
  after: Values,
): ReadonlyMap<string, number> {
  const insertedAt = before ? 0 : (writes.filter((write) => !write.before).at(-1)?.at as number);
  const times = new Map<string, number>();
  for (const name of Object.keys(after)) {
    if (before && before[name] === after[name]) continue;
    const changes = writes.filter(
      (write) => valueIn(write.before, name) !== valueIn(write.after, name),
    );
    times.set(name, Math.max(insertedAt, changes.at(-1)?.at ?? 0));
  }
  return times;
}

function valueIn(values: Values | null, name: string): string | null {
  return values?.[name] ?? null;
}

/** A device writes over what it knows, so its write is the later one whatever its clock says. */
function overwritten(
  { cells: known }: Knowledge,
  after: Values,
  times: ReadonlyMap<string, number>,
  device: number,
): ReadonlyMap<string, Cell> {
  const cells = new Map(known);
  for (const [name, time] of times) {
    const before = cells.get(name);
    const value = valueIn(after, name);
    if (before?.value === value) continue;
    const isAhead = before !== undefined && time <= before.tick.time;
    const tick = isAhead
      ? { time: before.tick.time, again: before.tick.again + 1, device }
      : { time, again: 0, device };
    cells.set(name, { value, tick });
  }
  return cells;
}

function isLater(a: Tick, b: Tick): boolean {
  return (a.time - b.time || a.again - b.again || a.device - b.device) > 0;
}
