/**
 * Texts that come from a JSON file are checked by no compiler.
 */
import { englishKitTexts } from './english-kit-texts.js';
import { isUnseen } from './kit-name.js';
import type { KitTexts } from './kit-texts.js';
import { placeholdersIn } from './placeholders.js';

const LANGUAGE = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;
const MONTHS = 12;
const PLACEHOLDERS: Readonly<Record<string, readonly string[]>> = {
  date: ['day', 'month', 'year'],
  language: [],
  direction: [],
};
const IN_SENTENCES = ['app', 'epoch'];
/** What stands as it is on the page, as text or in the code's description. */
const NO_SENTENCE = /^(title|codeDescription)$|(Heading|Label)$/;

/** Throws a `TypeError` that names the text which is missing, unknown or wrong. */
export function assertKitTexts(texts: KitTexts): void {
  const given: Readonly<Record<string, unknown>> = { ...texts };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(englishKitTexts, name)) throw new TypeError(`A kit has no text '${name}'.`);
  }
  for (const name of Object.keys(englishKitTexts)) {
    const inText = NO_SENTENCE.test(name) ? [] : IN_SENTENCES;
    if (name !== 'months') assertText(name, given[name], PLACEHOLDERS[name] ?? inText);
  }
  const { months, language, direction } = texts;
  if (!Array.isArray(months) || months.length !== MONTHS) {
    throw new TypeError(`The kit's texts need ${MONTHS} months.`);
  }
  for (const month of months) assertText('months', month, []);
  if (!LANGUAGE.test(language)) throw new TypeError("The kit's language is a tag such as 'pt-BR'.");
  if (!['ltr', 'rtl'].includes(direction)) {
    throw new TypeError("The kit's direction is 'ltr' or 'rtl'.");
  }
}

function assertText(name: string, text: unknown, known: readonly string[]): void {
  if (typeof text !== 'string' || text.trim() === '' || isUnseen(text)) {
    throw new TypeError(`The kit's texts need one line for '${name}'.`);
  }
  const unknown = placeholdersIn(text).find((placeholder) => !known.includes(placeholder));
  if (unknown !== undefined) {
    throw new TypeError(`The kit's text '${name}' can't have {${unknown}} in it.`);
  }
}
