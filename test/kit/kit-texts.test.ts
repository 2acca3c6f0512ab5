import { describe, expect, it } from 'vitest';
import { englishKitTexts, type KitTexts, recoveryKit } from '../../src/kit/kit.js';
import { ADA, vaultWithKit } from './kit-world.js';

/** Each sentence replaced by its name: what a kit says besides can't be translated. */
const NAMES: KitTexts = Object.fromEntries(
  Object.entries(englishKitTexts).map(([name, text]) =>
    ['language', 'direction', 'months', 'date'].includes(name) ? [name, text] : [name, `«${name}»`],
  ),
) as never;

async function kitWith(texts: unknown) {
  const { vault, recoveryKey } = await vaultWithKit();
  return recoveryKit(vault, recoveryKey, { ...ADA, texts: texts as KitTexts });
}

describe('the texts of a kit', () => {
  it('stand in it, each of them, in both forms', async () => {
    const { text, html } = await kitWith(NAMES);
    const names = Object.keys(NAMES).filter((name) => String(NAMES[name as never])[0] === '«');
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) {
      expect(html).toContain(`«${name}»`);
      if (name !== 'codeDescription') expect(text).toContain(`«${name}»`);
    }
  });

  it('are all its words', async () => {
    const { html } = await kitWith({ ...NAMES, language: 'xx', date: '{year}' });
    const visible = html
      .replace(/<style>[^<]*<\/style>/, '')
      .replace(/<(span|code)[^>]*>[^<]*/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/«\w+»|Ledger|ada@example\.org/g, '');
    const words = visible.split(/\s+/).filter((word) => /^[a-z]{2,}$/i.test(word));
    expect(words).toEqual([]);
  });

  it('can be in a language that is written from right to left', async () => {
    const texts = { ...englishKitTexts, language: 'he-IL', direction: 'rtl', title: 'ערכת שחזור' };
    const { html, text } = await kitWith(texts);
    expect(html).toContain('<html lang="he-IL" dir="rtl">');
    expect(html).toContain('<h1>ערכת שחזור</h1>');
    expect(html).toMatch(/<p class="groups" dir="ltr"/);
    expect(text).toContain('ערכת שחזור');
  });

  it('write a date as the language does', async () => {
    const months = englishKitTexts.months.map((month, i) => (i === 3 ? 'avril' : month));
    const { text } = await kitWith({ ...englishKitTexts, months, date: 'le {day} {month} {year}' });
    expect(text).toContain('le 3 avril 2026 (2026-04-03)');
  });

  it('can hold what looks like HTML', async () => {
    const { html, qr } = await kitWith({
      ...englishKitTexts,
      title: '<b>&"',
      codeDescription: '"><script>',
    });
    expect(html).toContain('<h1>&lt;b&gt;&amp;&quot;</h1>');
    expect(html + qr).not.toContain('<script>');
  });

  const { title, ...lacking } = englishKitTexts;
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['a sentence missing', lacking, /'title'/],
    ['an empty one', { ...englishKitTexts, lost: ' ' }, /'lost'/],
    ['one that is no text', { ...englishKitTexts, lost: ['a'] }, /'lost'/],
    ['one with a line break', { ...englishKitTexts, lost: 'a\nb' }, /'lost'/],
    ['one more', { ...englishKitTexts, titel: title }, /'titel'/],
    ['a placeholder that does not exist', { ...englishKitTexts, lost: '{name}' }, /\{name\}/],
    ['one in a title', { ...englishKitTexts, title: 'Kit of {app}' }, /'title'.*\{app\}/],
    ['one in a heading', { ...englishKitTexts, lostHeading: '{app}' }, /'lostHeading'/],
    ['one in a label', { ...englishKitTexts, epochLabel: '{epoch}' }, /'epochLabel'/],
    ['one in the code', { ...englishKitTexts, codeDescription: '{app}' }, /'codeDescription'/],
    ['a date with another', { ...englishKitTexts, date: '{app}' }, /\{app\}/],
    ['eleven months', { ...englishKitTexts, months: Array(11).fill('x') }, /12 months/],
    ['months that are no list', { ...englishKitTexts, months: 'x'.repeat(12) }, /12 months/],
    ['an empty month', { ...englishKitTexts, months: Array(12).fill('') }, /'months'/],
    ['a language that is none', { ...englishKitTexts, language: 'en" onload="x' }, /language/],
    ['a direction that is none', { ...englishKitTexts, direction: 'up' }, /direction/],
    ['null', null, /./],
  ];

  it.each(wrong)('are refused with %s', async (_, texts, message) => {
    const kit = kitWith(texts);
    await expect(kit).rejects.toThrow(TypeError);
    await expect(kit).rejects.toThrow(message);
  });
});
