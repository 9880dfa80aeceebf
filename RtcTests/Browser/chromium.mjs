// Debian's Chromium as tests want it: headless, with a fake camera, asking nothing and calling nobody.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';

/** Reason to skip, or false: a machine without Chromium still runs all other tests. */
export const skipWithoutChromium = existsSync(executablePath) ? false : `no Chromium at ${executablePath}`;

export function launchChromium() {
  return chromium.launch({
    executablePath,
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

/** Serves an empty page, and scripts by path, on loopback: pages of no address may not open peer connections. */
export async function servePage(scripts = {}) {
  const server = createServer((request, response) => {
    const script = scripts[request.url];
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? '<!doctype html><title>peer</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
