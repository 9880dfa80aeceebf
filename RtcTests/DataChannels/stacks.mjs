// The stacks that the worker is tried with: each makes peers that are driven with `call(method, ...arguments)`.
import { readFileSync } from 'node:fs';
import wrtc from '@roamhq/wrtc';
import { launchChromium, servePage } from '../Browser/chromium.mjs';
import { Peer } from './peer.mjs';

const script = readFileSync(new URL('peer.mjs', import.meta.url), 'utf8');

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
  const browser = await launchChromium();
  const site = await servePage({ '/peer.mjs': script });
  return {
    async createPeer() {
      const page = await (await browser.newContext()).newPage();
      await page.goto(site.url);
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
      site.close();
    },
  };
}
