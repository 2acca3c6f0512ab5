/**
 * Every word of a recovery kit, for one language: plain text, so that it can come from a JSON file.
 *
 * In each sentence `{app}` stands for the app's name and `{epoch}` for the vault's epoch. All names
 * are required: a translation that lacks a sentence does not compile. Keep what each sentence
 * promises. With texts a third longer than the English ones and names of usual length the kit still
 * fits on one page.
 */
export interface KitTexts {
  /** The language as a tag of BCP 47, such as `en` or `pt-BR`. */
  readonly language: string;
  /** Which way the language is written. */
  readonly direction: 'ltr' | 'rtl';
  /** The names of the twelve months, as they stand in a date. */
  readonly months: readonly [
    january: string,
    february: string,
    march: string,
    april: string,
    may: string,
    june: string,
    july: string,
    august: string,
    september: string,
    october: string,
    november: string,
    december: string,
  ];
  /** A date, of `{day}`, `{month}` (its name) and `{year}`. */
  readonly date: string;

  /** The kit's name. */
  readonly title: string;
  /** What it is a kit for. */
  readonly subtitle: string;
  /** That the sheet is a secret, and what whoever finds it can do. */
  readonly secret: string;
  /** Where to keep it, and what never to do with it. */
  readonly keeping: string;

  /** Over the key. */
  readonly keyHeading: string;
  /** Which characters a key has, so that none is misread. */
  readonly keyNote: string;
  /** The QR code in words, for who does not see it. */
  readonly codeDescription: string;

  /** Over the facts. */
  readonly factsHeading: string;
  /** Before the app's name. */
  readonly appLabel: string;
  /** Before the account. */
  readonly accountLabel: string;
  /** Before the date. */
  readonly dateLabel: string;
  /** Before the vault's id. */
  readonly vaultLabel: string;
  /** Before the vault's epoch. */
  readonly epochLabel: string;
  /** Before the fingerprint. */
  readonly fingerprintLabel: string;

  /** Over what the kit opens. */
  readonly opensHeading: string;
  /** That it opens all of the vault, anywhere, without the password. */
  readonly opensEverything: string;
  /** That a copy of the data is needed. */
  readonly opensWithData: string;
  /** That a changed password changes nothing. */
  readonly opensAfterPasswordChange: string;

  /** Over what the kit does not do. */
  readonly limitsHeading: string;
  /** That it is no backup. */
  readonly limitsNoBackup: string;
  /** That it ends with a new recovery key or a rekeyed vault. */
  readonly limitsReplaced: string;
  /** That it does not log in. */
  readonly limitsNoLogIn: string;
  /** That nobody can open the vault without a way in. */
  readonly limitsNoReset: string;

  /** Over the steps. */
  readonly stepsHeading: string;
  /** Open the app and log in. */
  readonly stepStart: string;
  /** Choose the recovery key. */
  readonly stepChoose: string;
  /** Scan or type it. */
  readonly stepEnter: string;
  /** Compare vault, epoch and fingerprint. */
  readonly stepCompare: string;
  /** Set a new password. */
  readonly stepPassword: string;

  /** Over what to do when the sheet is lost. */
  readonly lostHeading: string;
  /** What to do when the sheet is lost or was seen. */
  readonly lost: string;

  /** Before a line for handwriting: when the key was tried. */
  readonly triedLabel: string;
}
