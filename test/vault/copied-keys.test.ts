import { expect, it, vi } from 'vitest';
import { lockVault, rotateDataKey } from '../../src/index.js';
import { keysBehind } from '../support/secret-search.js';
import { createWorld } from '../support/world.js';

/** Every copy of bytes that rowseal makes, and what was in it. */
const copies: { readonly copy: Uint8Array; readonly content: Uint8Array }[] = [];
vi.mock('../../src/bytes/copies.js', async (load) => {
  const real = await load<typeof import('../../src/bytes/copies.js')>();
  const copyOf: typeof real.copyOf = (bytes) => {
    const copy = real.copyOf(bytes);
    copies.push({ copy, content: bytes.slice() });
    return copy;
  };
  return { ...real, copyOf };
});

it('locking leaves no copy of a key, also of those by which a new header was tried out', async () => {
  const { store, vault } = await createWorld();
  const rotated = await rotateDataKey(store, vault);
  const keys = Object.values(keysBehind(rotated)).map((key) => Buffer.from(key));
  expect(copies.some(({ content }) => holdsOne(content, keys))).toBe(true);
  lockVault(rotated);
  expect(copies.some(({ copy }) => holdsOne(copy, keys))).toBe(false);
});

function holdsOne(bytes: Uint8Array, keys: readonly Buffer[]): boolean {
  return keys.some((key) => Buffer.from(bytes).includes(key));
}
