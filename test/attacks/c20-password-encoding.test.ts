import { describe, expect, it } from 'vitest';
import { byPassword, changePassword, createVault, openVault } from '../../src/index.js';
import { preparePassword } from '../../src/keys/password.js';
import { fastKdf } from '../support/fast-kdf.js';
import { openStore } from '../support/open-store.js';
import { expectNowhere } from '../support/secret-search.js';
import {
  beforeAttack,
  createWorld,
  expectRefusal,
  expectRefused,
  PASSWORD,
} from '../support/world.js';

const encoder = new TextEncoder();

/** Whether a vault made with one password opens with another; refused in the right way if not. */
async function opens(made: string, typed: string | Uint8Array): Promise<boolean> {
  const world = await createWorld(made);
  const { kdf, store } = world;
  const before = beforeAttack(world);
  const opening = openVault(store.otherDevice(), byPassword(typed, { kdf }));
  const refusal = await opening.then(
    () => null,
    (error: unknown) => error,
  );
  if (!refusal) return true;
  const error = expectRefusal(world, before, refusal, { codes: ['UNLOCK_FAILED'] });
  expectNowhere({ 'what was typed': typed }, error);
  return false;
}

const SAME: readonly (readonly [string, string, string])[] = [
  ['é in NFC and NFD', 'caf\u00e9', 'cafe\u0301'],
  ['Å as a letter and as the Ångström sign', '\u00c5ngstrom', '\u212bngstrom'],
  ['a no-break space', 'correct horse', 'correct\u00a0horse'],
  ['an ideographic space', 'correct horse', 'correct\u3000horse'],
  ['Hangul whole and in parts', '\ud55c\uae00', '\ud55c\uae00'.normalize('NFD')],
  ['two marks in either order', 'q\u0323\u0307', 'q\u0307\u0323'],
  [
    '512 letters with two marks each, 1024 bytes in all',
    '\u01d6'.repeat(512),
    '\u01d6'.repeat(512).normalize('NFD'),
  ],
];

const DIFFERENT: readonly (readonly [string, string, string])[] = [
  ['a space at the end', 'canary-pw', 'canary-pw '],
  ['a space at the beginning', 'canary-pw', ' canary-pw'],
  ['two spaces', 'pass word', 'pass  word'],
  ['case', 'Canary-pw', 'canary-pw'],
  ['the ligature ﬁ', 'ﬁsh canary', 'fish canary'],
  ['full width', 'ｃanary-pw', 'canary-pw'],
  ['a zero-width joiner', 'canary\u200d-pw', 'canary-pw'],
  ['a soft hyphen', 'canary\u00ad-pw', 'canary-pw'],
  ['ß and ss', 'Straße', 'Strasse'],
  ['a dotless i', 'ılk', 'ilk'],
];

const REFUSED: readonly (readonly [string, string | Uint8Array])[] = [
  ['nothing', ''],
  ['no bytes', new Uint8Array(0)],
  ['a lone high surrogate', '\ud800'],
  ['a lone low surrogate', 'pass\udfffword'],
  ['surrogates the wrong way round', '\udc00\ud800'],
  ['NUL', 'pass\0word'],
  ['a tab', 'pass\tword'],
  ['a line break at the end', 'password\n'],
  ['DEL', 'pass\x7fword'],
  ['a C1 control', 'pass\x85word'],
  ['a surrogate in UTF-8', Uint8Array.of(0xed, 0xa0, 0x80)],
  ['an overlong form', Uint8Array.of(0xc0, 0xaf)],
  ['bytes that are no UTF-8', Uint8Array.of(0x61, 0xff)],
  ['UTF-8 that ends too early', Uint8Array.of(0x61, 0xe2, 0x82)],
  ['a control character in bytes', Uint8Array.of(0x61, 0x00)],
  ['1025 bytes', 'a'.repeat(1025)],
  ['1025 bytes of two each', `${'é'.repeat(512)}a`],
  ['1025 bytes as bytes', new Uint8Array(1025).fill(0x61)],
  ['a megabyte', 'a'.repeat(1_000_000)],
];

describe('C20: one password has one encoding', () => {
  it.each(SAME)('opens with %s', async (_name, made, typed) => {
    expect(made).not.toBe(typed);
    expect(await opens(made, typed)).toBe(true);
    expect(await opens(typed, made)).toBe(true);
    expect(await opens(made, encoder.encode(typed))).toBe(true);
  });

  it.each(DIFFERENT)('tells %s apart', async (_name, made, typed) => {
    expect(await opens(made, typed)).toBe(false);
    expect(await opens(typed, made)).toBe(false);
    expect(await opens(made, encoder.encode(typed))).toBe(false);
  });

  it.each(REFUSED)('refuses %s', async (_name, password) => {
    const world = await createWorld();
    const { kdf, store, vault } = world;
    const change = { current: byPassword(PASSWORD, { kdf }), next: password, kdf };
    for (const attack of [
      () => byPassword(password, { kdf }),
      () => changePassword(store, vault, change),
    ]) {
      const codes = ['PASSWORD_REFUSED'] as const;
      const error = await expectRefused(world, attack, { codes, structural: true });
      expectNowhere({ 'what was typed': password }, error);
    }
  });

  it.each([1, 72, 73, 200, 512, 1000, 1024])('lets byte %i of 1024 matter', async (position) => {
    const password = 'x'.repeat(1024);
    const other = `${password.slice(0, position - 1)}y${password.slice(position)}`;
    expect(await opens(password, password)).toBe(true);
    expect(await opens(password, other)).toBe(false);
    expect(await opens(password.slice(0, position), password.slice(0, position - 1) || 'y')).toBe(
      false,
    );
  });

  it('gives strings and bytes one form, and never writes into the caller’s bytes', () => {
    for (const text of ['plain', 'caf\u00e9', 'cafe\u0301', 'a\u00a0b', '💥', '\u{2f800}']) {
      const bytes = encoder.encode(text);
      const before = bytes.slice();
      expect(preparePassword(bytes)).toEqual(preparePassword(text));
      expect(bytes).toEqual(before);
      // Preparing twice changes nothing, so no keyboard gives a third form.
      expect(preparePassword(preparePassword(text))).toEqual(preparePassword(text));
    }
  });

  it('keeps its own copy: bytes wiped by their owner still open', async () => {
    const kdf = fastKdf();
    const store = openStore();
    const bytes = encoder.encode('wiped afterwards');
    const opener = byPassword(bytes, { kdf });
    bytes.fill(0);
    await createVault(store, opener);
    const typed = byPassword('wiped afterwards', { kdf });
    expect((await openVault(store.otherDevice(), typed)).epoch).toBe(1);
  });
});
