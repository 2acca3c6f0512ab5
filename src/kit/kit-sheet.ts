/**
 * What stands on a kit, before it is text or HTML.
 */
import { readableDate } from './kit-date.js';
import type { KitTexts } from './kit-texts.js';

/** What a kit says about the vault and its user. */
export interface KitFacts {
  readonly app: string;
  readonly account: string | undefined;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly vaultId: string;
  readonly epoch: number;
  readonly fingerprint: string;
}

export interface KitSheet {
  /** Eight groups of four. */
  readonly key: string;
  readonly facts: KitFacts;
  readonly texts: KitTexts;
}

export interface LabelledFact {
  readonly label: string;
  readonly value: string;
  /** Whether it is compared character by character. */
  readonly code?: boolean;
  /** What `value` says in words, as `YYYY-MM-DD`. */
  readonly date?: string;
}

export interface Section {
  readonly heading: string;
  readonly sentences: readonly string[];
}

export function factsOf({ facts, texts }: KitSheet): readonly LabelledFact[] {
  const { app, account, date, vaultId, epoch, fingerprint } = facts;
  const accounts = account === undefined ? [] : [{ label: texts.accountLabel, value: account }];
  return [
    { label: texts.appLabel, value: app },
    { label: texts.dateLabel, value: readableDate(date, texts), date },
    ...accounts,
    { label: texts.vaultLabel, value: vaultId, code: true },
    { label: texts.epochLabel, value: String(epoch) },
    { label: texts.fingerprintLabel, value: fingerprint, code: true },
  ];
}

export function opensOf(texts: KitTexts): Section {
  return {
    heading: texts.opensHeading,
    sentences: [texts.opensEverything, texts.opensWithData, texts.opensAfterPasswordChange],
  };
}

export function limitsOf(texts: KitTexts): Section {
  return {
    heading: texts.limitsHeading,
    sentences: [
      texts.limitsNoBackup,
      texts.limitsReplaced,
      texts.limitsNoLogIn,
      texts.limitsNoReset,
    ],
  };
}

export function stepsOf(texts: KitTexts): Section {
  return {
    heading: texts.stepsHeading,
    sentences: [
      texts.stepStart,
      texts.stepChoose,
      texts.stepEnter,
      texts.stepCompare,
      texts.stepPassword,
    ],
  };
}
