import type { KitTexts } from './kit-texts.js';

/**
 * The texts of a recovery kit in English: what a kit says unless told otherwise, and what a
 * translation starts from.
 *
 * @example
 * ```ts
 * import { englishKitTexts, type KitTexts } from 'rowseal/kit';
 *
 * const texts: KitTexts = { ...englishKitTexts, stepChoose: 'Choose “I forgot my passphrase”.' };
 * console.assert(texts.title === 'Recovery kit');
 * ```
 */
export const englishKitTexts: KitTexts = {
  language: 'en',
  direction: 'ltr',
  months: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  date: '{day} {month} {year}',

  title: 'Recovery kit',
  subtitle: 'for your encrypted data in {app}',
  secret:
    'This sheet is a secret. Whoever finds it and can get at your data on the server can read all of it.',
  keeping:
    'Keep it on paper, like a passport, and not beside your devices. Print it on a printer you trust. Never photograph, e-mail or upload it, and use no print service.',

  keyHeading: 'Recovery key',
  keyNote:
    'Eight groups of four, made of digits and capital letters without I, L, O and U: what looks like an O is a zero, what looks like an I or an L is a one.',
  codeDescription: 'QR code with the recovery key: the same eight groups, and nothing else.',

  factsHeading: 'What it belongs to',
  appLabel: 'App',
  accountLabel: 'Account',
  dateLabel: 'Made on',
  vaultLabel: 'Vault',
  epochLabel: 'Vault version',
  fingerprintLabel: 'Fingerprint',

  opensHeading: 'What it opens',
  opensEverything: 'Everything in this vault, on any device, without the password.',
  opensWithData:
    'It needs a copy of your data as well: on the app’s server, or in a file that you exported.',
  opensAfterPasswordChange: 'It stays good when you change the password.',

  limitsHeading: 'What it does not do',
  limitsNoBackup:
    'It is a key, not a copy: if the server’s data, your devices and all exported files are gone, it brings nothing back.',
  limitsReplaced:
    'It ends when you replace the recovery key or give the vault new keys. Then print a new kit and destroy this one, which may still open old copies of your data.',
  limitsNoLogIn: 'It does not log you in: that takes your usual log-in.',
  limitsNoReset:
    'Nobody can make up for it: without this key, the password or any other way in, your data stays closed, to the makers of the app as well.',

  stepsHeading: 'How to use it',
  stepStart: 'On any device, open {app} and log in as usual.',
  stepChoose: 'Where it asks for the password of your vault, choose the recovery key instead.',
  stepEnter:
    'Let the app scan the square code, or type the eight groups. Small letters and spaces are fine.',
  stepCompare:
    'Where it shows the vault: it must be the one above, at version {epoch} or higher; at version {epoch} with the fingerprint above. If not, stop and ask the makers of the app.',
  stepPassword: 'Set a new password. This kit stays good.',

  lostHeading: 'If this sheet is lost, or somebody has seen it',
  lost: 'On a device that still opens your data, have the app give the vault new keys, not only a new recovery key, and print a new kit. What somebody has read or copied by then stays readable to them.',

  triedLabel: 'Tried on',
};
