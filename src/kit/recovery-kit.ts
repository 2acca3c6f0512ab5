import { useOnce } from '../crypto/secrets.js';
import { assertOptions } from '../errors.js';
import { byRecoveryKey } from '../keys/by-recovery-key.js';
import { slotOpenedBy } from '../keys/own-slot.js';
import { formatRecoveryKey, parseRecoveryKey } from '../keys/recovery-key.js';
import type { Vault } from '../keys/vault.js';
import { fingerprintOf } from '../keys/vault-facts.js';
import { assertKitTexts } from './assert-kit-texts.js';
import { englishKitTexts } from './english-kit-texts.js';
import { assertDate, today } from './kit-date.js';
import { kitHtml } from './kit-html.js';
import { assertName } from './kit-name.js';
import { kitStyleHash } from './kit-style.js';
import { kitText } from './kit-text.js';
import type { KitTexts } from './kit-texts.js';
import { qrSvg } from './qr-svg.js';

/** Of the app's name; of the account, whose longest e-mail address has 254 characters. */
const APP_LENGTH_LIMIT = 40;
const ACCOUNT_LENGTH_LIMIT = 254;

/** Options of {@link recoveryKit}. */
export interface KitOptions {
  /** The app's name as its users know it, 1 to 40 characters. */
  readonly app: string;
  /** What the user logs in as, such as an e-mail address: 1 to 254 characters. */
  readonly account?: string;
  /** The day as `YYYY-MM-DD`; today in the device's time zone unless told. */
  readonly date?: string;
  /** The kit's words in another language; English unless told. */
  readonly texts?: KitTexts;
}

/**
 * A recovery kit, in forms to print and to show.
 *
 * Security: each of them holds the recovery key; they never leave the device but on paper.
 */
export interface RecoveryKit {
  /** The kit as plain text, in lines of at most 72 characters where words allow. */
  readonly text: string;
  /**
   * The kit as a page of HTML that prints on one sheet of A4 or US Letter: one file, with no script,
   * and with a policy (CSP) that lets it load nothing.
   */
  readonly html: string;
  /** The QR code alone as SVG, to be scanned from a screen. */
  readonly qr: string;
  /**
   * The page's style as a source for the `style-src` of a policy: SHA-256 (32 bytes as base64 text),
   * quotes included.
   *
   * For apps whose own policy reaches into the frame that shows the page. The same for all kits of
   * one version of rowseal.
   */
  readonly styleHash: string;
}

/**
 * Makes a recovery kit: the sheet with the recovery key that a user prints and keeps, with what it
 * belongs to, what it opens, what it does not, and how to use it.
 *
 * The key is tried on the vault first, without a network, so that no sheet is made for a wrong or a
 * replaced key. What counts is the vault as passed: after a change elsewhere, pass what
 * `refreshVault` returned, or the mirror's `vault`.
 *
 * Security: the kit is as secret as the key. Print it from the device that made it; never send,
 * upload, store or log it.
 *
 * @throws `RECOVERY_KEY_TYPO`, `UNSUPPORTED_VERSION` for what is no recovery key; `UNLOCK_FAILED`
 * when it does not open this vault; `LOCKED`; `RangeError` for a name that is too long or a date
 * that does not exist; `TypeError` for a name with line breaks or other control characters, and for
 * incomplete texts.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore } from 'rowseal';
 * import { recoveryKit } from 'rowseal/kit';
 *
 * const store = memoryStore();
 * const { vault, recoveryKey } = await createVault(store, byPassword('correct horse battery staple'));
 * const kit = await recoveryKit(vault, recoveryKey, { app: 'Ledger', account: 'ada@example.org' });
 * console.assert(kit.html.includes('Ledger') && kit.text.includes(recoveryKey));
 * ```
 */
export async function recoveryKit(
  vault: Vault,
  recoveryKey: string,
  options: KitOptions,
): Promise<RecoveryKit> {
  assertOptions(options, ['account', 'app', 'date', 'texts'], 'recoveryKit');
  const { app, account, date = today(), texts = englishKitTexts } = options;
  assertName(app, 'app', APP_LENGTH_LIMIT);
  if (account !== undefined) assertName(account, 'account', ACCOUNT_LENGTH_LIMIT);
  assertDate(date);
  assertKitTexts(texts);
  await slotOpenedBy(vault, byRecoveryKey(recoveryKey), {});
  const key = useOnce(parseRecoveryKey(recoveryKey), formatRecoveryKey);
  const { vaultId, epoch } = vault;
  const facts = { app, account, date, vaultId, epoch, fingerprint: fingerprintOf(vault) };
  const sheet = { key, facts, texts };
  return {
    text: kitText(sheet),
    html: kitHtml(sheet),
    qr: qrSvg(key, texts.codeDescription),
    styleHash: kitStyleHash(),
  };
}
