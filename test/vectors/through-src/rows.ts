/** Payloads, places, stamps and merges through `src`. */
import { compareBytes } from '../../../src/bytes/compare.js';
import {
  compareTicks,
  STAMP_TIME_LIMIT,
  stampOf,
  tickAfter,
  tickOf,
} from '../../../src/bytes/stamp.js';
import { cleartext, defineTable } from '../../../src/index.js';
import { createWriterClock } from '../../../src/keys/writer-clock.js';
import { encodeAssociatedData } from '../../../src/rows/associated-data.js';
import { servedBoundValues } from '../../../src/rows/bound-set.js';
import { mergeContents } from '../../../src/rows/merge-contents.js';
import { encodePayload, parsePayload } from '../../../src/rows/payload.js';
import type { RowContent } from '../../../src/rows/row-content.js';
import { encodeRowId } from '../../../src/rows/row-values.js';
import type { Table } from '../../../src/rows/table.js';
import { columnTable } from './column-table.js';
import {
  bytesOf,
  type Fields,
  type Handlers,
  hexOf,
  isParts,
  orRefuse,
  textOf,
} from './reading.js';

export function describeContent({ life, lifeStamp, extensions, cells }: RowContent): Fields {
  return {
    life,
    lifeStamp: hexOf(lifeStamp),
    extensions: extensions.map(({ id, bytes }) => ({ id, bytes: hexOf(bytes) })),
    columns: [...cells]
      .sort(([a], [b]) => a - b)
      .map(([id, { tag, bytes, stamp }]) => ({
        id: id.toString(16).padStart(8, '0'),
        tag,
        value: hexOf(bytes),
        stamp: hexOf(stamp),
      })),
  };
}

function merged(a: unknown, b: unknown): string {
  const content = mergeContents(parsePayload(bytesOf(a)), parsePayload(bytesOf(b)));
  return hexOf(encodePayload(content, 'none'));
}

interface Tick {
  readonly milliseconds: number;
  readonly counter: number;
}

type Moment = readonly [now: number, replaced: readonly Uint8Array[]];

/** The stamps that one writer gives, at the moments that its clock shows. */
function stampsAt(moments: readonly Moment[]): Uint8Array[] {
  const { now } = Date;
  const clock = createWriterClock();
  try {
    return moments.map(([time, replaced]) => {
      Date.now = () => time;
      return clock.stamp(replaced);
    });
  } finally {
    Date.now = now;
  }
}

/** What makes a writer's last stamp the given one. */
function before({ milliseconds, counter }: Tick): Moment[] {
  if (milliseconds === 0) return [];
  const replaced = stampOf({ time: milliseconds, counter: counter - 1 }, new Uint8Array(8));
  return [[milliseconds, counter === 0 ? [] : [replaced]]];
}

function nextStamp(test: Fields): Fields {
  const replaced = (test.replaced as string[]).map(bytesOf);
  const moments = [...before(test.last as Tick), [test.now as number, replaced] as const];
  const stamp = hexOf(stampsAt(moments).at(-1) as Uint8Array);
  // What a writer keeps shows in what it gives next, where no clock is later.
  const { milliseconds, counter } = test.nextLast as Tick;
  const next = tickAfter({ time: milliseconds, counter });
  if (next.time < STAMP_TIME_LIMIT) {
    const given = tickOf(stampsAt([...moments, [0, []]]).at(-1) as Uint8Array);
    if (compareTicks(given, next) !== 0) throw new Error('It keeps another stamp.');
  }
  return { stamp: stamp.slice(0, 16) + test.writerId };
}

const anyTable = defineTable('any', { owner: cleartext.text() }) as unknown as Table;

export const rowHandlers: Handlers = {
  ParsePayload({ payload }) {
    const bytes = bytesOf(payload);
    const content = parsePayload(bytes);
    const paddingLength = bytes.length - encodePayload(content, 'none').length;
    return { ...describeContent(content), paddingLength };
  },
  RowAssociatedData({ prefix, vaultId, tableId, rowId, bound }) {
    const columns = (bound as Fields[]).map(
      ({ id, tag, value }) =>
        [Number.parseInt(id as string, 16), { tag: tag as number, bytes: bytesOf(value) }] as const,
    );
    const place = {
      vaultId: bytesOf(vaultId),
      tableId: Buffer.from(tableId as string),
      rowId: Buffer.from(rowId as string),
      bound: new Map(columns),
    };
    return { associatedData: hexOf(encodeAssociatedData(bytesOf(prefix), place)) };
  },
  ReadServedValue({ valueType, presence, ...test }) {
    const column = { name: 'c', type: valueType, kind: 'bound', presence };
    const table = columnTable({ name: 't', payload: 'text', columns: [column] });
    const row = 'served' in test ? { c: servedOf(test.served) } : {};
    const values = orRefuse(servedBoundValues(table, 0, row), 'ROW_AUTH_FAILED').values;
    const [value] = [...values.values()];
    return { tag: value?.tag, value: hexOf(orRefuse(value).bytes) };
  },
  WriteRowId: ({ id }) => ({ bytes: hexOf(encodeRowId(anyTable, textOf(id))) }),
  NextStamp: nextStamp,
  CompareStamps: ({ a, b }) => ({ order: Math.sign(compareBytes(bytesOf(a), bytesOf(b))) }),
  MergePayloads({ a, b }) {
    const result = merged(a, b);
    // Commutative and idempotent.
    for (const again of [merged(b, a), merged(result, a), merged(b, result)]) {
      if (again !== result) throw new Error('The order of merging matters.');
    }
    return { merged: result };
  },
  ColumnId({ valueType, storedName }) {
    const column = {
      name: 'c',
      storedName,
      type: valueType,
      kind: 'encrypted',
      presence: 'required',
    };
    const { layout } = columnTable({ name: 't', payload: 'text', columns: [column] });
    return { id: layout.columns[0]?.id.toString(16).padStart(8, '0') };
  },
};

/** A served value is JSON as it stands, but for bytes, −0 and text in other forms. */
export function servedOf(served: unknown): unknown {
  if (typeof served !== 'object' || served === null) return served;
  if ('bytes' in served) return bytesOf(served.bytes);
  if ('number' in served) return Number(served.number);
  return isParts(served) || 'utf16' in served ? textOf(served) : served;
}
