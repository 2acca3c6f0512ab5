import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeContents } from '../../src/rows/merge-contents.js';
import { encodePayload } from '../../src/rows/payload.js';
import { equalContents, isDeleted, type RowContent } from '../../src/rows/row-content.js';
import { contents } from './contents.js';
import { holds } from './holds.js';

function same(a: RowContent, b: RowContent): void {
  expect(equalContents(a, b)).toBe(true);
  expect(encodePayload(a, 'none')).toEqual(encodePayload(b, 'none'));
}

describe('merging contents of one row', () => {
  it('is commutative', () => {
    holds(
      fc.property(contents, contents, (a, b) => same(mergeContents(a, b), mergeContents(b, a))),
      1000,
    );
  });

  it('is associative', () => {
    holds(
      fc.property(contents, contents, contents, (a, b, c) =>
        same(mergeContents(mergeContents(a, b), c), mergeContents(a, mergeContents(b, c))),
      ),
      1000,
    );
  });

  it('is idempotent, and takes nothing twice', () => {
    holds(
      fc.property(contents, contents, (a, b) => {
        same(mergeContents(a, a), a);
        same(mergeContents(mergeContents(a, b), b), mergeContents(a, b));
        same(mergeContents(mergeContents(a, b), a), mergeContents(a, b));
      }),
      1000,
    );
  });

  it('lets the higher life win whole', () => {
    holds(
      fc.property(contents, contents, (a, b) => {
        fc.pre(a.life !== b.life);
        same(mergeContents(a, b), a.life > b.life ? a : b);
      }),
    );
  });

  it('keeps every column of equal lives, and no value that neither side has', () => {
    holds(
      fc.property(contents, contents, (a, b) => {
        fc.pre(!isDeleted(a));
        const merged = mergeContents(a, { ...b, life: a.life });
        expect(new Set(merged.cells.keys())).toEqual(
          new Set([...a.cells.keys(), ...b.cells.keys()]),
        );
        for (const [id, cell] of merged.cells)
          expect([a.cells.get(id), b.cells.get(id)]).toContain(cell);
      }),
      300,
    );
  });
});
