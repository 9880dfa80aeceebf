// A viewer behind a link that changes: it ends in the layer that fits, and comes back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { launchChromium, skipWithoutChromium } from '../Browser/chromium.mjs';
import { Application, bundlePage } from './application.mjs';
import { unlessStolen } from '../stolen-time.mjs';

const Picture = { width: 960, height: 540, framesPerSecond: 15 };
const Simulcast = [
  { scaleResolutionDownBy: 4, maxBitrate: 120_000, scalabilityMode: 'L1T1' },
  { scaleResolutionDownBy: 2, maxBitrate: 350_000, scalabilityMode: 'L1T1' },
  { scaleResolutionDownBy: 1, maxBitrate: 900_000, scalabilityMode: 'L1T1' },
];

describe('a shaped link in Chromium', { skip: skipWithoutChromium }, () => {
  let browser;
  let bundle;
  before(async () => {
    [browser, bundle] = await Promise.all([launchChromium(), bundlePage()]);
  });
  after(() => browser?.close());

  test('VP8 simulcast ends in the layer that fits, while another viewer keeps the best', unlessStolen(async (context) => {
    const application = await Application.start(context, browser, bundle);
    const { page, producer } = await application.publish({ ...Picture, mimeType: 'video/VP8', encodings: Simulcast });
    const free = await application.watch(producer);
    const shaped = await application.watch(producer, { overLink: true });
    Object.assign(shaped.link.down, { bitsPerSecond: 6_000_000, delayMs: 20 });
    shaped.link.up.delayMs = 20;
    await free.until('the best', (shown) => shown.width === 960, 90_000);
    const reason = await application.slowness(page, 11);
    if (reason) return context.skip(reason);
    const start = await shaped.until('the best over a wide link', (shown) => shown.width === 960, 30_000);

    Object.assign(shaped.link.down, { bitsPerSecond: 700_000, queueBytes: 40_000 });
    const down = await shaped.until('the middle over 700 kbit/s', (shown) => shown.width === 480, 15_000);
    await delay(4000);
    const settled = await shaped.shown();
    assert.ok(settled.width <= 480, `settles at ${settled.width}`);
    assert.ok(settled.longestGapMs <= 1000, `frozen for ${settled.longestGapMs} ms after it settled`);
    // A host that stands still for a moment looks like a narrow link to both; who was dragged down stays down.
    await free.until('the best for the other viewer', (shown) => shown.width === 960, 10_000);
    assert.ok((await shaped.shown()).width <= 480, 'the narrow link is still narrow');

    Object.assign(shaped.link.down, { bitsPerSecond: 6_000_000, queueBytes: 256 * 1024 });
    const up = await shaped.until('the best again', (shown) => shown.width === 960, 40_000);
    context.diagnostic(`start ${start.tookMs} ms, down ${down.tookMs} ms, up ${up.tookMs} ms`);
    context.diagnostic(JSON.stringify(shaped.link.down.counters));
  }));
});
