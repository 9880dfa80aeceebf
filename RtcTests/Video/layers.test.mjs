// Layers as a viewer in Chromium sees them: what the application prefers decides the size or rate of the picture, soon and
// without a freeze.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchChromium, skipWithoutChromium } from '../Browser/chromium.mjs';
import { Application, bundlePage } from './application.mjs';
import { unlessStolen } from '../stolen-time.mjs';

const SwitchWithinMs = 3000;
const LongestFreezeMs = 1000;
const LeastFramesPerSecond = 11;
const PublisherReadyMs = 90_000;

const Picture = { width: 960, height: 540, framesPerSecond: 15 };
const Simulcast = [
  { scaleResolutionDownBy: 4, maxBitrate: 120_000, scalabilityMode: 'L1T1' },
  { scaleResolutionDownBy: 2, maxBitrate: 350_000, scalabilityMode: 'L1T1' },
  { scaleResolutionDownBy: 1, maxBitrate: 900_000, scalabilityMode: 'L1T1' },
];
const Widths = [240, 480, 960];

describe('layers in Chromium', { skip: skipWithoutChromium }, () => {
  let browser;
  let bundle;
  before(async () => {
    [browser, bundle] = await Promise.all([launchChromium(), bundlePage()]);
  });
  after(() => browser?.close());

  const call = async (context, publication) => {
    const application = await Application.start(context, browser, bundle);
    const { page, producer } = await application.publish(publication);
    return { application, page, producer };
  };

  async function assertSizesFollow(context, viewer, expected) {
    for (const [spatialLayer, width] of expected) {
      await viewer.shown();
      await viewer.consumer.setPreferredLayers({ spatialLayer });
      const reached = await viewer.until(`width ${width}`, (shown) => shown.width === width, SwitchWithinMs);
      context.diagnostic(`to ${width}: ${reached.tookMs} ms, longest gap ${reached.longestGapMs} ms`);
      assert.ok(reached.longestGapMs <= LongestFreezeMs, `frozen for ${reached.longestGapMs} ms`);
    }

    // A switch in the middle of a frame leaves one number out, so that the receiver does not take the frame for whole.
    const { packetsLost } = await viewer.shown();
    assert.ok(packetsLost <= expected.length, `${packetsLost} lost in ${expected.length} switches`);
  }

  test('VP8 simulcast: the size follows the preferred layer', unlessStolen(async (context) => {
    const { application, page, producer } = await call(context, { ...Picture, mimeType: 'video/VP8', encodings: Simulcast });
    assert.equal(producer.type, 'simulcast');
    const viewer = await application.watch(producer);
    await viewer.until('the highest layer', (shown) => shown.width === 960, PublisherReadyMs);
    const reason = await application.slowness(page, LeastFramesPerSecond);
    if (reason) return context.skip(reason);
    await assertSizesFollow(context, viewer, [[0, Widths[0]], [2, Widths[2]], [1, Widths[1]], [0, Widths[0]], [2, Widths[2]]]);
  }));

  test('VP9 L3T3_KEY: the size follows the preferred layer', unlessStolen(async (context) => {
    const encodings = [{ scalabilityMode: 'L3T3_KEY', maxBitrate: 2_500_000 }];
    const { application, page, producer } = await call(context, { ...Picture, mimeType: 'video/VP9', encodings });
    assert.equal(producer.type, 'svc');
    const viewer = await application.watch(producer);
    await viewer.until('the highest layer', (shown) => shown.width === 960, PublisherReadyMs);
    const reason = await application.slowness(page, LeastFramesPerSecond);
    if (reason) return context.skip(reason);
    await assertSizesFollow(context, viewer, [[0, Widths[0]], [2, Widths[2]], [1, Widths[1]], [2, Widths[2]]]);
  }));

  test('AV1 L1T3: the frame rate follows the preferred temporal layer', unlessStolen(async (context) => {
    const encodings = [{ scalabilityMode: 'L1T3', maxBitrate: 500_000 }];
    const picture = { width: 480, height: 270, framesPerSecond: 16 };
    const { application, page, producer } = await call(context, { ...picture, mimeType: 'video/AV1', encodings });
    assert.equal(producer.type, 'svc');
    const viewer = await application.watch(producer);
    await viewer.until('a picture', (shown) => shown.width > 0, PublisherReadyMs);
    const reason = await application.slowness(page, 13);
    if (reason) return context.skip(reason);
    await viewer.until('the full rate', (shown) => shown.framesPerSecond >= 13, PublisherReadyMs);
    await viewer.shown();
    await viewer.consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 0 });
    const low = await viewer.until('a quarter', (shown) => shown.framesPerSecond > 0 && shown.framesPerSecond <= 6, SwitchWithinMs);
    await viewer.consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 2 });
    const high = await viewer.until('the full rate again', (shown) => shown.framesPerSecond >= 13, SwitchWithinMs);
    context.diagnostic(`down ${low.tookMs} ms, up ${high.tookMs} ms`);
    assert.ok(Math.max(low.longestGapMs, high.longestGapMs) <= LongestFreezeMs);
    assert.equal(high.packetsLost, 0);
  }));

  test('H264 simulcast: the size follows the preferred layer', unlessStolen(async (context) => {
    const { application, page, producer } = await call(context, { ...Picture, mimeType: 'video/H264', encodings: Simulcast });
    const viewer = await application.watch(producer);
    await viewer.until('the highest layer', (shown) => shown.width === 960, PublisherReadyMs);
    const reason = await application.slowness(page, LeastFramesPerSecond);
    if (reason) return context.skip(reason);
    await assertSizesFollow(context, viewer, [[0, Widths[0]], [2, Widths[2]]]);
  }));
});
