import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const Executable = process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium';

/** Reason to skip browser tests, or false: a machine without Chromium still runs all the others. */
export const skipWithoutChromium: string | false = existsSync(Executable) ? false : `no Chromium at ${Executable}`;

/** A headless Chromium with a fake camera and microphone that asks nothing and calls nobody. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: Executable,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      '--allow-loopback-in-peer-connection',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
}

/** Opens a page whose uncaught errors and console errors end up in `errors`. */
export async function openPage(browser: Browser, url: string, errors: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // The service may end before the page, which asks it for the list of rooms.
    if (message.type() === 'error' && !message.text().includes('ERR_CONNECTION_REFUSED')) errors.push(message.text());
  });
  await page.goto(url);
  return page;
}
