import { inspect } from 'node:util';
import { expect } from 'vitest';
import { revealSecrets, type Vault } from '../../src/keys/vault.js';

/** Secret bytes or texts by name, so that a leak says what leaked without showing it. */
export type Secrets = Readonly<Record<string, Uint8Array | string>>;

/** What is shorter stands in every stack by chance, so it is not searched for. */
const SHORTEST_TEXT = 4;
const SHORTEST_BYTES = 12;

/** Every key behind a vault. */
export function keysBehind(vault: Vault): Record<string, Uint8Array> {
  const { vaultKey, dataKeys, earlierVaultKeys } = revealSecrets(vault);
  const found: Record<string, Uint8Array> = { 'vault key': vaultKey.slice() };
  for (const [i, { dek, rowKey }] of dataKeys.entries()) {
    found[`DEK ${i}`] = dek.slice();
    found[`row key ${i}`] = rowKey.slice();
  }
  for (const [i, { key }] of earlierVaultKeys.entries()) {
    found[`earlier vault key ${i}`] = key.slice();
  }
  return found;
}

/** Fails when anything that prints, serialises, clones or lists a value shows a secret. */
export function expectNowhere(secrets: Secrets, value: unknown): void {
  const views = everyView(value).join('\n');
  // Lists of numbers are printed in columns.
  const shown = views + views.replace(/\s+/g, '');
  const leaked = Object.entries(secrets)
    .filter(([, secret]) => spellings(secret).some((spelling) => shown.includes(spelling)))
    .map(([name]) => name);
  expect(leaked).toEqual([]);
}

function everyView(value: unknown): string[] {
  return [
    inspect(value, { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null }),
    attempt(() => JSON.stringify(value)),
    attempt(() => String(value)),
    attempt(() => inspect(structuredClone(value), { depth: Infinity, maxArrayLength: null })),
    attempt(() => Reflect.ownKeys(Object(value)).map(String).join(' ')),
    value instanceof Error ? `${value.message} ${value.stack} ${inspect(value.cause)}` : '',
  ];
}

/** A view that can't be made is one more error that must not tell anything. */
function attempt(view: () => string | undefined): string {
  try {
    return view() ?? '';
  } catch (error) {
    return inspect(error);
  }
}

/** The ways in which logs and serialisers write bytes; a part of them is enough to be a leak. */
function spellings(secret: Uint8Array | string): string[] {
  if (typeof secret === 'string') return secret.length < SHORTEST_TEXT ? [] : [secret];
  if (secret.length < SHORTEST_BYTES) return [];
  const buffer = Buffer.from(secret);
  const part = [...secret.subarray(4, 12)];
  return [
    buffer.toString('hex').slice(4, 20),
    buffer.toString('hex').slice(4, 20).toUpperCase(),
    // Six of base64's groups of three bytes, from the first.
    buffer.toString('base64').slice(0, 16),
    buffer.toString('base64url').slice(0, 16),
    part.join(','),
    part.map((byte, i) => `"${i + 4}":${byte}`).join(','),
    buffer.toString('latin1').slice(4, 12),
  ];
}
