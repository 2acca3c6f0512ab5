import jsQR from 'jsqr';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Vault } from '../../src/index.js';
import { type RecoveryKit, recoveryKit } from '../../src/kit/kit.js';
import { ADA, longerTexts, vaultWithKit } from '../kit/kit-world.js';
import { openChromium, openPage } from './chromium.js';
import { readPng } from './png.js';
import { servePages } from './served-pages.js';

const LONGEST = { app: 'W'.repeat(40), account: 'W'.repeat(254), date: '2026-09-30' };
const HOSTILE = { app: `</style><script>alert(1)</script>`, account: `"><img src=//x onerror=x>` };
/** What the margins leave of a sheet, in pixels of 1/96 inch: 15 mm at the sides, 11 above and below. */
const SHEETS = [
  ['A4', 180, 275],
  ['Letter', 185.9, 257.4],
] as const;
const PIXELS_IN_A_MILLIMETRE = 96 / 25.4;

let browser: Browser;
let vault: Vault;
let recoveryKey: string;
let kits: Readonly<Record<string, RecoveryKit>>;

beforeAll(async () => {
  browser = await openChromium();
  ({ vault, recoveryKey } = await vaultWithKit());
  const kit = (options: object) => recoveryKit(vault, recoveryKey, { ...ADA, ...options });
  const rtl = { ...longerTexts(), language: 'he', direction: 'rtl' as const };
  kits = {
    'of a usual app': await kit({}),
    'with the longest names': await kit(LONGEST),
    'with hostile names': await kit(HOSTILE),
    'with names in other scripts': await kit({ app: 'פנקס חשבונות', account: '山田@例え.jp' }),
    'in a language with longer words': await kit({ texts: longerTexts() }),
    'in a language from right to left': await kit({ texts: rtl }),
  };
});
afterAll(() => browser?.close());

const NAMES = [
  'of a usual app',
  'with the longest names',
  'with hostile names',
  'with names in other scripts',
  'in a language with longer words',
  'in a language from right to left',
];

async function show(html: string, width?: number, height?: number) {
  const watched = await openPage(browser, width, height);
  await watched.page.setContent(html);
  return watched;
}

function htmlOf(name: string): string {
  return (kits[name] as RecoveryKit).html;
}

async function pagesOf(page: Page, format: string): Promise<number> {
  const pdf = await page.pdf({ format });
  return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

/** What a scanner reads from a picture of the whole page. */
async function scan(page: Page): Promise<string | undefined> {
  const { pixels, width, height } = readPng(await page.screenshot({ fullPage: true }));
  return jsQR.default(pixels, width, height)?.data;
}

/** Elements whose content is wider than they are; inline ones have no width of their own. */
const TOO_WIDE = `[...document.querySelectorAll('html, body, body *')]
  .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth)
  .map((element) => element.outerHTML.slice(0, 80))`;

describe('Chromium', () => {
  it('is missed loudly', async () => {
    expect(() => openChromium('/nowhere/chromium')).toThrow(/no Chromium at \/nowhere\/chromium/);
  });
});

describe('the page of a kit', () => {
  it('asks for nothing but itself when it is served, and says nothing', async () => {
    const server = await servePages({ '/kit.html': { html: htmlOf('of a usual app') } });
    const { page, said, asked } = await openPage(browser);
    await page.goto(`${server.url}/kit.html`, { waitUntil: 'networkidle' });
    expect(server.arrived).toEqual(['/kit.html']);
    expect(asked).toEqual([`${server.url}/kit.html`]);
    expect(said).toEqual([]);
    await page.close();
    await server.close();
  });

  it('would be caught asking and saying', async () => {
    const html = `<script>console.log('said')</script><img src="/asked">`;
    const server = await servePages({ '/page.html': { html } });
    const { page, said, asked } = await openPage(browser);
    await page.goto(`${server.url}/page.html`, { waitUntil: 'networkidle' });
    expect(server.arrived).toContain('/asked');
    expect(asked).toContain(`${server.url}/asked`);
    expect(said).toContain('said');
    await page.close();
    await server.close();
  });

  it('has a policy that refuses what somebody plants in it', async () => {
    const planted = `<script>document.title = 'run'</script><img src="/planted"><style>h1 { display: none }</style><link rel="stylesheet" href="/planted.css"><iframe src="/planted.html"></iframe>`;
    const html = htmlOf('of a usual app').replace('<main>', `<main>${planted}`);
    const server = await servePages({ '/kit.html': { html } });
    const { page, said } = await openPage(browser);
    await page.goto(`${server.url}/kit.html`, { waitUntil: 'networkidle' });
    expect(server.arrived).toEqual(['/kit.html']);
    expect(await page.title()).toBe('Recovery kit · Ledger');
    expect(await page.locator('h1').isVisible()).toBe(true);
    expect(said.length).toBeGreaterThan(0);
    await page.close();
    await server.close();
  });

  it.each(NAMES)(
    '%s: is one sheet of A4 and of US Letter, and says and asks nothing',
    async (name) => {
      const { page, said, asked } = await show(htmlOf(name));
      expect({ A4: await pagesOf(page, 'A4') }).toEqual({ A4: 1 });
      expect({ Letter: await pagesOf(page, 'Letter') }).toEqual({ Letter: 1 });
      expect([...said, ...asked]).toEqual([]);
      await page.close();
    },
  );

  it('would be caught taking two sheets', async () => {
    const html = htmlOf('of a usual app').replace(
      '</main>',
      `${'<p>one more</p>'.repeat(60)}</main>`,
    );
    const { page } = await show(html);
    expect(await pagesOf(page, 'A4')).toBe(2);
    await page.close();
  });

  it.each(NAMES)('%s: is no wider than a phone, a desktop, a sheet', async (name) => {
    for (const width of [320, 360, 768, 1400]) {
      const { page } = await show(htmlOf(name), width);
      expect({ width, tooWide: await page.evaluate(TOO_WIDE) }).toEqual({ width, tooWide: [] });
      await page.close();
    }
    const { page } = await show(htmlOf(name), 680);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(TOO_WIDE)).toEqual([]);
    await page.close();
  });

  it.each([360, 1400])('scans from a screen of %i pixels', async (width) => {
    const { page } = await show(htmlOf('of a usual app'), width);
    expect(await scan(page)).toBe(recoveryKey);
    await page.close();
  });

  it.each(SHEETS)(
    'scans from a sheet of %s, where the code is 43 mm wide',
    async (_, width, height) => {
      const [wide, high] = [width, height].map((length) =>
        Math.floor(length * PIXELS_IN_A_MILLIMETRE),
      );
      const { page } = await show(htmlOf('of a usual app'), wide, high);
      await page.emulateMedia({ media: 'print' });
      expect(await scan(page)).toBe(recoveryKey);
      const box = await page.locator('svg').boundingBox();
      expect((box?.width ?? 0) / PIXELS_IN_A_MILLIMETRE).toBeCloseTo(43, 0);
      const sheet = await page.evaluate<number>('document.documentElement.scrollHeight');
      expect(sheet).toBeLessThanOrEqual(high as number);
      await page.close();
    },
  );

  it('is dark on white on paper', async () => {
    const { page } = await show(htmlOf('of a usual app'));
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const { pixels, width } = readPng(await page.screenshot());
    expect([...pixels.subarray((width - 1) * 4, width * 4)]).toEqual([255, 255, 255, 255]);
    const colour = await page.evaluate('getComputedStyle(document.querySelector(".groups")).color');
    expect(colour).toBe('rgb(20, 24, 29)');
    await page.close();
  });

  it('can be heard: headings, the code by its name, lists', async () => {
    const { page } = await show(htmlOf('of a usual app'));
    const heard = await page.locator('body').ariaSnapshot();
    expect(heard).toContain('heading "Recovery kit" [level=1]');
    expect(heard.match(/\[level=2\]/g)).toHaveLength(6);
    expect(heard).toContain('img "QR code with the recovery key: the same eight groups');
    expect(heard.match(/listitem/g)).toHaveLength(12);
    expect(await page.title()).toBe('Recovery kit · Ledger');
    await page.close();
  });

  it('is copied as a key that opens the vault', async () => {
    const { page } = await show(htmlOf('of a usual app'));
    const copied = await page.evaluate<string>(`(() => {
      getSelection().selectAllChildren(document.querySelector('.groups'));
      return getSelection().toString();
    })()`);
    const again = await recoveryKit(vault, copied, ADA);
    expect(again.html).toBe(htmlOf('of a usual app'));
    await page.close();
  });
});

describe('a kit in a frame of an app with a policy of its own', () => {
  const LOAD = `new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-same-origin allow-modals';
    frame.onload = () => resolve(getComputedStyle(frame.contentDocument.querySelector('.key')).borderTopWidth);
    frame.srcdoc = document.querySelector('template').dataset.kit;
    document.body.append(frame);
  })`;

  async function styleIn(policy: string) {
    const { html } = kits['of a usual app'] as RecoveryKit;
    const app = `<!DOCTYPE html><link rel="icon" href="data:,"><template data-kit="${html.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></template>`;
    const headers = { 'content-security-policy': policy };
    const server = await servePages({ '/': { html: app, headers } });
    const { page, said } = await openPage(browser);
    await page.goto(server.url);
    const border = await page.evaluate(LOAD);
    await page.evaluate(`document.querySelector('iframe').contentWindow.print()`);
    await page.close();
    await server.close();
    return { border, said: [...said], arrived: [...server.arrived] };
  }

  it('has its style where the policy names it, and prints', async () => {
    const { styleHash } = kits['of a usual app'] as RecoveryKit;
    const policy = `default-src 'none'; img-src data:; style-src 'self' ${styleHash}`;
    expect(await styleIn(policy)).toEqual({ border: '2px', said: [], arrived: ['/'] });
  });

  it('has none where the policy does not', async () => {
    const { border, said } = await styleIn(`default-src 'none'; img-src data:; style-src 'self'`);
    expect(border).toBe('0px');
    expect(said.join()).toContain('Content Security Policy');
  });
});
