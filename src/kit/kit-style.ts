/**
 * How the kit looks: system fonts only, dark on white, one column on a phone, one sheet on paper.
 */
import { encodeBase64url } from '../bytes/base64url.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { hash } from '../crypto/derive.js';

/**
 * Without a paper size, so that a printer's own is used: a page of A4 sent to a printer with US
 * Letter would be scaled or cut.
 */
export const KIT_STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
@page { margin: 11mm 15mm; }
body { margin: 0; background: #e9ecef; color: #14181d; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 56rem; margin: 2rem auto; padding: 3rem; background: #fff; border-radius: 6px; box-shadow: 0 1px 4px #0003; }
h1, h2, p, ul, ol, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 2em; line-height: 1.15; letter-spacing: -.01em; }
header p { font-size: 1.1em; color: #454d57; }
h2 { margin-bottom: .35em; font-size: 1.05em; line-height: 1.3; }
section, .columns, footer { margin-top: 1.5em; }
.secret { margin-top: 1.2em; padding: .7em 1em; border: 1px solid #a11a13; border-inline-start-width: 6px; border-radius: 3px; }
.secret strong { color: #a11a13; }
.key { display: flex; gap: 1.5em; align-items: center; padding: 1em 1.5em; border: 2px solid #14181d; border-radius: 6px; }
.key div { flex: 1; min-width: 0; }
.key svg { flex: none; width: 13rem; height: 13rem; }
.groups { counter-reset: group; display: grid; grid-template-columns: repeat(4, auto); gap: .3em; justify-content: space-between; margin: .4em 0 .5em; font: 700 1.9em/1.15 ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; white-space: nowrap; }
.groups span::before { counter-increment: group; content: counter(group); display: block; font: 400 .42em/1.3 system-ui, sans-serif; color: #5a636e; }
.note { font-size: .88em; color: #454d57; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: .3em 1.5em; font-size: .95em; }
dl .wide { grid-column: 1 / -1; }
.wide dd { font-size: .9em; font-weight: 400; }
dl div { display: flex; gap: .75em; min-width: 0; }
dt { flex: none; min-width: 6.8em; color: #454d57; }
dd { min-width: 0; font-weight: 600; }
time, code { display: inline-block; }
time { font-weight: 400; }
code { font: .95em ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; font-weight: 600; }
.columns { display: grid; grid-template-columns: 2fr 3fr; gap: 2em; }
.columns + .columns { grid-template-columns: 3fr 2fr; }
.columns section { margin: 0; }
ul, ol { padding-inline-start: 1.3em; }
li + li { margin-top: .25em; }
footer { padding-top: 1em; border-bottom: 1px solid #14181d; color: #454d57; }
@media screen and (max-width: 700px) {
  main { margin: 0; padding: 1.25rem 1rem; border-radius: 0; box-shadow: none; }
  .key { flex-direction: column; align-items: stretch; padding: 1rem; }
  .key svg { align-self: center; width: 100%; max-width: 15rem; height: auto; }
  .groups { grid-template-columns: repeat(2, auto); justify-content: space-evenly; }
  dl, .columns, .columns + .columns { grid-template-columns: minmax(0, 1fr); }
  .columns { gap: 1.5em; }
}
@media print {
  body { background: #fff; font-size: 9pt; line-height: 1.35; }
  main { max-width: none; margin: 0; padding: 0; box-shadow: none; }
  .key { padding: 2mm; padding-inline-start: 5mm; }
  .key svg { width: 43mm; height: 43mm; }
  .groups { font-size: 20pt; }
  section, .columns, footer { margin-top: 1.25em; }
  .secret { margin-top: 1em; padding: .5em 1em; }
  li + li { margin-top: .15em; }
  section, .secret, footer { break-inside: avoid; }
}
`;

/** As a `style-src` of a policy takes it, with its quotes. */
export function kitStyleHash(): string {
  const text = encodeBase64url(hash(encodeUtf8(KIT_STYLE) as Uint8Array));
  return `'sha256-${text.replaceAll('-', '+').replaceAll('_', '/')}='`;
}
