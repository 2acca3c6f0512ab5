import { bySecret, createVault, memoryStore, type Vault } from '../../src/index.js';
import { formatRecoveryKey } from '../../src/keys/recovery-key.js';
import { englishKitTexts, type KitTexts } from '../../src/kit/kit.js';

/** Always the same, so that a scanner always gets the same picture. */
const RECOVERY_KEY = formatRecoveryKey(Uint8Array.from({ length: 16 }, (_, i) => 17 * i + 5));

/** A vault without a password, so that nothing waits for Argon2id. */
export async function vaultWithKit(): Promise<{ vault: Vault; recoveryKey: string }> {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
  return createVault(memoryStore(), bySecret(secret), { recoveryKey: RECOVERY_KEY });
}

export const ADA = { app: 'Ledger', account: 'ada@example.org', date: '2026-04-03' } as const;

/** As much longer as a translation may be, in words that break where words do. */
export function longerTexts(): KitTexts {
  const longer = (text: string) => {
    const length = Math.ceil(text.length / 3);
    return `${text} ${text.replace(/[{}]/g, '').slice(0, length - 1)}`.trim();
  };
  const keep = ['language', 'direction', 'date', 'months'];
  const texts = Object.entries(englishKitTexts).map(([name, text]) =>
    typeof text === 'string' && !keep.includes(name) ? [name, longer(text)] : [name, text],
  );
  return Object.fromEntries(texts);
}
