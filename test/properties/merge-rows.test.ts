import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleartext,
  decryptRowDetails,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  mergeRows,
  type SealedRowOf,
  type Vault,
} from '../../src/index.js';
import { createWorld, openFresh } from '../support/world.js';
import { holds } from './holds.js';

const world = await createWorld();
/** Three devices with one vault: each writes with a writer id of its own. */
const devices: Vault[] = [world.vault, await openFresh(world), await openFresh(world)];

const notes = defineTable('notes', {
  title: encrypted.text(),
  tags: encrypted.json<string[]>().optional(),
  folder: cleartext.text(),
  owner: cleartext.text().bound(),
});
type Sealed = SealedRowOf<typeof notes>;

/** One act of one device on any version that it may have seen. */
const acts = fc.record({
  device: fc.nat({ max: 2 }),
  does: fc.constantFrom('edit', 'edit', 'edit', 'delete', 'insert', 'merge'),
  base: fc.nat(),
  other: fc.nat(),
  column: fc.constantFrom('title', 'tags', 'folder'),
  value: fc.constantFrom('a', 'b', 'c'),
});
type Act = typeof acts extends fc.Arbitrary<infer A> ? A : never;

function rowWith({ column, value }: Act, base: object = { title: 't', folder: 'f', owner: value }) {
  const written = { [column]: column === 'tags' ? [value] : value };
  return { id: 'r', title: '', folder: '', owner: '', ...base, ...written };
}

function perform(act: Act, versions: readonly Sealed[]): Sealed {
  const vault = devices[act.device] as Vault;
  const previous = versions[act.base % versions.length];
  const other = versions[act.other % versions.length];
  if (!previous || !other || act.does === 'insert') return encryptRow(vault, notes, rowWith(act));
  if (act.does === 'merge') return mergeRows(vault, notes, previous, other);
  if (act.does === 'delete') return encryptDelete(vault, notes, previous);
  const { row } = decryptRowDetails(vault, notes, previous);
  return encryptRow(vault, notes, rowWith(act, row ?? undefined), { previous });
}

/** Every version of one row that came up while devices edited, deleted and inserted it. */
const histories = fc.array(acts, { minLength: 2, maxLength: 12 }).map((all) => {
  const versions: Sealed[] = [];
  for (const act of all) versions.push(perform(act, versions));
  return versions;
});

const merge = (a: Sealed, b: Sealed) => mergeRows(world.vault, notes, a, b);

/** All that a sealed row says, but for how it is sealed. */
function contentOf(sealed: Sealed): unknown {
  const { row, life, lifeStamp, stamps, findings } = decryptRowDetails(world.vault, notes, sealed);
  return { row, life, lifeStamp, stamps, findings, visible: { ...sealed, payload: null } };
}

const twoVersions = fc.tuple(histories, fc.nat(), fc.nat());
const at = (versions: Sealed[], i: number) => versions[i % versions.length] as Sealed;

describe('merging sealed rows', () => {
  it('gives the same content in either order, and the same object when it is one of the two', () => {
    holds(
      fc.property(twoVersions, ([versions, i, j]) => {
        const [a, b] = [at(versions, i), at(versions, j)];
        const [ab, ba] = [merge(a, b), merge(b, a)];
        expect(contentOf(ab)).toEqual(contentOf(ba));
        if (ab === a || ab === b) expect(ba).toBe(ab);
      }),
      200,
    );
  });

  it('gives the same content in whatever order versions arrive', () => {
    const shuffled = histories.chain((versions) =>
      fc.tuple(
        fc.constant(versions),
        fc.shuffledSubarray(versions, { minLength: versions.length, maxLength: versions.length }),
      ),
    );
    holds(
      fc.property(shuffled, ([versions, others]) => {
        const tree = others.reduceRight((later, each) => merge(each, later));
        expect(contentOf(versions.reduce(merge))).toEqual(contentOf(tree));
      }),
      200,
    );
  });

  it('returns the very object when nothing is added', () => {
    holds(
      fc.property(twoVersions, ([versions, i, j]) => {
        const [a, b] = [at(versions, i), at(versions, j)];
        const merged = merge(a, b);
        expect(merge(a, a)).toBe(a);
        for (const part of [a, b]) {
          expect(merge(merged, part)).toBe(merged);
          expect(merge(part, merged)).toBe(merged);
        }
      }),
      200,
    );
  });

  it('lets a delete beat every version that it replaced', () => {
    holds(
      fc.property(twoVersions, ([versions, i, j]) => {
        const deleted = encryptDelete(world.vault, notes, versions.reduce(merge));
        expect(merge(deleted, at(versions, i))).toBe(deleted);
        expect(merge(merge(at(versions, j), at(versions, i)), deleted)).toBe(deleted);
      }),
      100,
    );
  });
});
