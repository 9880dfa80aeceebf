// The stacks that the worker is tried with: each makes peers that are driven with `call(method, ...arguments)`.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import wrtc from '@roamhq/wrtc';
import { chromium } from 'playwright-core';
import { Peer } from './peer.mjs';

const executablePath = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
const script = readFileSync(new URL('peer.mjs', import.meta.url), 'utf8');

export const hasChromium = existsSync(executablePath);

/** libwebrtc in this process. */
export async function openLibwebrtc() {
  const peers = [];
  return {
    async createPeer() {
      const peer = new Peer(new wrtc.RTCPeerConnection());
      peers.push(peer);
      return { call: async (method, ...values) => peer[method](...values) };
    },
    async close() {
      for (const peer of peers) peer.end();
    },
  };
}

/** Debian's Chromium, each peer in a page of its own. */
export async function openChromium() {
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--allow-loopback-in-peer-connection',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
  const server = createServer((request, response) => {
    const isScript = request.url === '/peer.mjs';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><title>peer</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    async createPeer() {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.evaluate(async () => {
        const { Peer } = await import('/peer.mjs');
        window.peer = new Peer(new RTCPeerConnection());
      });
      return {
        call: (method, ...values) =>
          page.evaluate(([name, args]) => window.peer[name](...args), [method, values]),
      };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
