import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recoveryKit } from '../../src/kit/kit.js';
import { ADA, vaultWithKit } from './kit-world.js';

const HOSTILE = [
  `</style><script>alert(1)</script>`,
  `" onload="alert(1)`,
  `' onload='alert(1)`,
  `</bdi><img src=//x onerror=y>`,
  `<!-- & &lt; {app} {epoch} $& $1`,
  `]]></svg><iframe src=//x>`,
];

async function htmlOf(options: object = {}): Promise<string> {
  const { vault, recoveryKey } = await vaultWithKit();
  return (await recoveryKit(vault, recoveryKey, { ...ADA, ...options })).html;
}

/** Every tag with its attributes, as a browser would find them outside of the style. */
function tagsOf(html: string): readonly string[] {
  return [...html.replace(/<style>[^<]*<\/style>/, '').matchAll(/<\/?[a-z][^>]*>/gi)].map(
    ([tag]) => tag,
  );
}

describe('the page of a kit', () => {
  it('has a policy that allows its own style and nothing else', async () => {
    const html = await htmlOf();
    const style = /<style>([^<]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
    );
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
  });

  it('gives that style to the app by its hash, the same for every kit', async () => {
    const { vault, recoveryKey } = await vaultWithKit();
    const { html, styleHash } = await recoveryKit(vault, recoveryKey, ADA);
    expect(styleHash).toMatch(/^'sha256-[A-Za-z0-9+/]{43}='$/);
    expect(html).toContain(`style-src ${styleHash};`);
    const other = await recoveryKit(vault, recoveryKey, { app: HOSTILE[0] as string });
    expect(other.styleHash).toBe(styleHash);
  });

  it('has no script, no link, nothing that loads, and no style outside of its own', async () => {
    const html = await htmlOf();
    const names = new Set(tagsOf(html).map((tag) => tag.replace(/^<\/?([a-z0-9]+).*$/is, '$1')));
    const loading = ['script', 'link', 'img', 'a', 'iframe', 'object', 'form', 'base', 'image'];
    expect(loading.filter((name) => names.has(name))).toEqual([]);
    expect(html).not.toMatch(/\s(on\w+|style|src|href)\s*=/i);
    expect(html).not.toMatch(/url\(|@import|@font-face/i);
    expect(html.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']); // a name, not an address
  });

  it('has a language, a direction, a title, and a code that says what it is', async () => {
    const html = await htmlOf();
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en" dir="ltr">/);
    expect(html).toContain('<title>Recovery kit · Ledger</title>');
    expect(html).toMatch(/<svg [^>]*role="img" aria-label="QR code with the recovery key: [^"]+"/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
  });

  it.each(HOSTILE)('has the same tags whatever the names are: %s', async (name) => {
    const { vault, recoveryKey } = await vaultWithKit();
    const of = (options: { app: string; account: string }) =>
      recoveryKit(vault, recoveryKey, { ...options, date: ADA.date }).then(({ html }) => html);
    const plain = await of(ADA);
    const hostile = await of({ app: name, account: name });
    expect(tagsOf(hostile.replaceAll(' class="wide"', ''))).toEqual(tagsOf(plain));
    const shown = hostile
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
    expect(shown.split(`<bdi>${name}</bdi>`)).toHaveLength(5);
    expect(shown).toContain(`<title>Recovery kit · ${name}</title>`);
  });

  it('sets names apart, so that one in another script turns no sentence round', async () => {
    const html = await htmlOf({ app: 'פנקס' });
    expect(html).toContain('<li>On any device, open <bdi>פנקס</bdi> and log in as usual.</li>');
  });

  it('gives a long account a line of its own', async () => {
    expect(await htmlOf()).not.toContain('class="wide"');
    const account = `${'a'.repeat(40)}@example.org`;
    expect(await htmlOf({ account })).toContain(
      `<div class="wide"><dt>Account</dt><dd><bdi>${account}</bdi></dd></div>`,
    );
  });
});
