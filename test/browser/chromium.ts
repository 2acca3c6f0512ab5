/**
 * A headless Chromium that asks nothing of the network by itself, and pages that note what they ask.
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where it is: as `ROWSEAL_CHROMIUM` says, or where Debian puts it. */
const PATH = process.env.ROWSEAL_CHROMIUM ?? '/usr/bin/chromium';

export function openChromium(executablePath = PATH): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install one (apt-get install chromium), or name yours by ROWSEAL_CHROMIUM=/path/to/chromium.`,
    );
  }
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** A page, and everything it said or asked for. */
export interface WatchedPage {
  readonly page: Page;
  /** Messages of the console and uncaught errors. */
  readonly said: readonly string[];
  /** The address of every request, of the page itself too. */
  readonly asked: readonly string[];
}

export async function openPage(
  browser: Browser,
  width = 1400,
  height = 1000,
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height } });
  const said: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  return { page, said, asked };
}
