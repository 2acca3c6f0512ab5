import { expect, it } from 'vitest';
import { bareContext } from '../support/bare-context.js';
import { bundle } from '../support/bundle.js';

const CODE = `
  export { bySecret, createVault, memoryStore } from './src/index.ts';
  export { confirmsGroup, kitQuestion, recoveryKit } from './src/kit/kit.ts';
`;

const MAKE = `(async () => {
  const { bySecret, createVault, memoryStore, ...kits } = rowseal;
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
  const { vault, recoveryKey } = await createVault(memoryStore(), bySecret(secret));
  const kit = await kits.recoveryKit(vault, recoveryKey, { app: 'Ledger' });
  const group = kits.kitQuestion(recoveryKey);
  const isRight = kits.confirmsGroup(recoveryKey, group, recoveryKey.split('-')[group - 1]);
  return [isRight, kit.text.includes(recoveryKey), kit.html.includes(kit.qr), kit.styleHash.length];
})()`;

it('makes a kit where there is nothing but ECMAScript, TextEncoder and crypto', async () => {
  const { run, load } = bareContext();
  load(await bundle(CODE, 'iife'));
  expect([...((await run(MAKE)) as unknown[])]).toEqual([true, true, true, 53]);
});
