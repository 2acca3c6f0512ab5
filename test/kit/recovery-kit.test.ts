import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  byPassword,
  bySecret,
  createVault,
  fingerprintOf,
  generateRecoveryKey,
  lockVault,
  memoryStore,
  rekeyVault,
  replaceRecoveryKey,
} from '../../src/index.js';
import { recoveryKit } from '../../src/kit/kit.js';
import { fastKdf } from '../support/fast-kdf.js';
import { expectNowhere } from '../support/secret-search.js';
import { ADA, vaultWithKit } from './kit-world.js';

afterEach(() => {
  vi.useRealTimers();
});

async function refusalOf(attempt: () => Promise<unknown>): Promise<unknown> {
  return attempt().then(
    () => {
      throw new Error('It was not refused.');
    },
    (error: unknown) => error,
  );
}

describe('a recovery kit', () => {
  it('says in text and HTML what it belongs to', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const { text, html } = await recoveryKit(vault, recoveryKey, ADA);
    const facts = [
      'Ledger',
      'ada@example.org',
      vault.vaultId,
      fingerprintOf(vault),
      '3 April 2026',
    ];
    for (const form of [text, html]) {
      for (const fact of [...facts, '(2026-04-03)']) expect(form).toContain(fact);
    }
    expect(text).toMatch(/^Vault version: 1$/m);
    expect(html).toContain('<dt>Vault version</dt><dd><bdi>1</bdi></dd>');
  });

  it('has the key in eight groups, however it was passed', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const typed = recoveryKey.toLowerCase().replaceAll('-', ' ');
    const kit = await recoveryKit(vault, typed, ADA);
    expect(kit).toEqual(await recoveryKit(vault, recoveryKey, ADA));
    expect(kit.text).toContain(recoveryKey);
    const shown = [...kit.html.matchAll(/<span>([0-9A-Z]{4})<\/span>/g)].map(([, group]) => group);
    expect(shown).toEqual(recoveryKey.split('-'));
  });

  it('needs no account', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const { text, html } = await recoveryKit(vault, recoveryKey, { app: 'Ledger' });
    expect(text + html).not.toContain('Account');
  });

  it('says what it opens, what it does not, and how to use it', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const { text } = await recoveryKit(vault, recoveryKey, ADA);
    const said = text.replace(/\s+/g, ' ');
    for (const sentence of [
      /This sheet is a secret\. Whoever finds it and can get at your data on the server can read all/,
      /Never photograph, e-mail or upload it, and use no print service\./,
      /Everything in this vault, on any device, without the password\./,
      /It needs a copy of your data as well/,
      /It is a key, not a copy/,
      /It ends when you replace the recovery key or give the vault new keys\./,
      /It does not log you in/,
      /1\. On any device, open Ledger and log in/,
      /at version 1 or higher; at version 1 with the fingerprint above/,
      /5\. Set a new password\./,
    ]) {
      expect(said).toMatch(sentence);
    }
  });

  it('breaks its text into lines of 72 characters', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const long = { ...ADA, app: 'A Ledger with a rather long name of 40 c.' };
    const { text } = await recoveryKit(vault, recoveryKey, { ...long, app: long.app.slice(0, 40) });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
    expect(text).toMatch(/^- It needs a copy of your data as well: .*\n {2}\S/m);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('bears the day where the device is, unless told another', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(2031, 0, 2, 23, 59) });
    const { vault, recoveryKey } = await vaultWithKit();
    const { text } = await recoveryKit(vault, recoveryKey, { app: 'Ledger' });
    expect(text).toContain('2 January 2031 (2031-01-02)');
  });
});

describe('no kit', () => {
  it('is made of a key with a typing error, and none of it is told', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const typo = recoveryKey.replace(/.$/, (last) => (last === '7' ? '8' : '7'));
    const refusal = await refusalOf(() => recoveryKit(vault, typo, ADA));
    expect(refusal).toMatchObject({ code: 'RECOVERY_KEY_TYPO' });
    expectNowhere({ typo, 'a group': typo.slice(0, 9) }, refusal);
  });

  it('is made of a key of another vault, and nothing is told', async () => {
    const { vault } = await vaultWithKit();
    const other = generateRecoveryKey();
    const refusal = await refusalOf(() => recoveryKit(vault, other, ADA));
    expect(refusal).toMatchObject({ code: 'UNLOCK_FAILED' });
    expectNowhere({ other, 'a group': other.slice(0, 9) }, refusal);
  });

  it('is made of a replaced key, nor of the key before rekeyVault', async () => {
    const secret = bySecret(Uint8Array.from({ length: 32 }, (_, i) => i + 1));
    const store = memoryStore();
    const first = await createVault(store, secret);
    const nextKey = generateRecoveryKey();
    const second = await replaceRecoveryKey(store, first.vault, { recoveryKey: nextKey });
    const third = await rekeyVault(store, second.vault, {
      keep: [secret],
      recoveryKey: generateRecoveryKey(),
    });
    const kits = [
      [first.vault, first.recoveryKey, true],
      [second.vault, first.recoveryKey, false],
      [second.vault, nextKey, true],
      [third.vault, nextKey, false],
      [third.vault, third.recoveryKey, true],
    ] as const;
    for (const [vault, key, isMade] of kits) {
      const kit = recoveryKit(vault, key, ADA);
      if (isMade) expect((await kit).text).toContain(key);
      else await expect(kit).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
    }
  });

  it('is made of a vault without a recovery key', async () => {
    const opener = byPassword('correct horse battery staple', { kdf: fastKdf() });
    const { vault } = await createVault(memoryStore(), opener, { recovery: false });
    const kit = recoveryKit(vault, generateRecoveryKey(), ADA);
    await expect(kit).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
  });

  it('is made of a locked vault, nor of what is none', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    await expect(recoveryKit({ ...vault }, recoveryKey, ADA)).rejects.toThrow(TypeError);
    lockVault(vault);
    await expect(recoveryKit(vault, recoveryKey, ADA)).rejects.toMatchObject({ code: 'LOCKED' });
  });

  it('is made of a vault that is locked meanwhile', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const kit = recoveryKit(vault, recoveryKey, ADA);
    lockVault(vault);
    await expect(kit).rejects.toMatchObject({ code: 'LOCKED' });
  });

  const wrong: readonly (readonly [string, object, typeof TypeError | typeof RangeError])[] = [
    ['an option that does not exist', { ...ADA, footer: 'x' }, TypeError],
    ['no app', { account: 'ada' }, TypeError],
    ['an empty app', { app: ' ' }, TypeError],
    ['an app that is no text', { app: 7 }, TypeError],
    ['an account that is no text', { app: 'Ledger', account: null }, TypeError],
    ['a line break', { app: 'Led\nger' }, TypeError],
    ['a mark that turns writing round', { app: 'Ledger\u202egro.live' }, TypeError],
    ['half a character', { app: 'Ledger \ud83d' }, TypeError],
    ['a date that is no text', { ...ADA, date: new Date() }, TypeError],
    ['a date that is ambiguous', { ...ADA, date: '03/04/2026' }, RangeError],
    ['a day that does not exist', { ...ADA, date: '2026-02-30' }, RangeError],
    ['an app of 41 characters', { app: 'a'.repeat(41) }, RangeError],
    ['an account of 255 characters', { ...ADA, account: 'a'.repeat(255) }, RangeError],
  ];

  it.each(wrong)('is made with %s', async (_, options, error) => {
    const { vault, recoveryKey } = await vaultWithKit();
    await expect(recoveryKit(vault, recoveryKey, options as never)).rejects.toThrow(error);
  });

  it('refuses names by what is read as one character', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const names = { app: '📒'.repeat(40), account: '📒'.repeat(254) };
    expect((await recoveryKit(vault, recoveryKey, names)).html).toContain(names.account);
  });
});
