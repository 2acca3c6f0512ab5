/**
 * The kit as a page that prints on one sheet.
 *
 * It has no script and loads nothing: its policy would refuse both. What comes from the app is
 * escaped, and set apart (`bdi`) so that a name in another script does not turn the sentence round.
 */
import { escapeHtml } from './escape-html.js';
import {
  factsOf,
  type KitSheet,
  type LabelledFact,
  limitsOf,
  opensOf,
  type Section,
  stepsOf,
} from './kit-sheet.js';
import { KIT_STYLE, kitStyleHash } from './kit-style.js';
import { fill } from './placeholders.js';
import { qrSvg } from './qr-svg.js';

/** What is longer gets a line of its own, in characters. */
const HALF_A_LINE = 32;

export function kitHtml(sheet: KitSheet): string {
  const { key, facts, texts } = sheet;
  const write = (text: string) =>
    fill(escapeHtml(text), {
      app: `<bdi>${escapeHtml(facts.app)}</bdi>`,
      epoch: String(facts.epoch),
    });
  return `<!DOCTYPE html>
<html lang="${texts.language}" dir="${texts.direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${kitStyleHash()}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no, date=no, email=no, address=no">
<title>${escapeHtml(`${texts.title} · ${facts.app}`)}</title>
<style>${KIT_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${write(texts.title)}</h1>
<p>${write(texts.subtitle)}</p>
</header>
<p class="secret"><strong>${write(texts.secret)}</strong> ${write(texts.keeping)}</p>
<section class="key">
<div>
<h2>${write(texts.keyHeading)}</h2>
${groups(key)}
<p class="note">${write(texts.keyNote)}</p>
</div>
${qrSvg(key, texts.codeDescription)}
</section>
<section class="facts">
<h2>${write(texts.factsHeading)}</h2>
<dl>
${factsOf(sheet).map(factHtml).join('\n')}
</dl>
</section>
<div class="columns">
${list('ul', opensOf(texts), write)}
${list('ul', limitsOf(texts), write)}
</div>
<div class="columns">
${list('ol', stepsOf(texts), write)}
<section>
<h2>${write(texts.lostHeading)}</h2>
<p>${write(texts.lost)}</p>
</section>
</div>
<footer>${write(texts.triedLabel)}</footer>
</main>
</body>
</html>
`;
}

/**
 * The groups in one paragraph, not in a list: browsers copy a list's numbers along, and `1.` is a
 * character of a key.
 */
function groups(key: string): string {
  const spans = key.split('-').map((group) => `<span>${group}</span>`);
  return `<p class="groups" dir="ltr" translate="no">${spans.join('\n')}</p>`;
}

function factHtml({ label, value, code, date }: LabelledFact): string {
  const text = escapeHtml(value);
  const shown = code ? `<code dir="ltr" translate="no">${text}</code>` : `<bdi>${text}</bdi>`;
  const iso = date ? ` <time dir="ltr" datetime="${date}">(${date})</time>` : '';
  const size = value.length > HALF_A_LINE ? ' class="wide"' : '';
  return `<div${size}><dt>${escapeHtml(label)}</dt><dd>${shown}${iso}</dd></div>`;
}

function list(
  tag: 'ol' | 'ul',
  { heading, sentences }: Section,
  write: (text: string) => string,
): string {
  const items = sentences.map((sentence) => `<li>${write(sentence)}</li>`);
  return `<section>\n<h2>${write(heading)}</h2>\n<${tag}>\n${items.join('\n')}\n</${tag}>\n</section>`;
}
