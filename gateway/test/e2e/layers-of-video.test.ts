import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { types } from 'mediasoup';
import type { Browser, Page } from 'playwright-core';
import * as sdpTransform from 'sdp-transform';
import { publish, subscribe, type OfferOptions, type SubscribedTrack } from '../../src/sdp/index.ts';
import { launchChromium, skipWithoutChromium } from '../support/chromium.ts';
import { openNativePage, waitForFrames, type NativeApi, type PictureOptions } from '../support/native-page.ts';
import { loopback, startRouter } from '../support/router.ts';

declare const native: NativeApi;

/** The smallest picture of which Chromium makes three simulcast streams. */
const Size = { name: 'camera', width: 960, height: 540 };
const Rids: RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 100_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 250_000 },
  { rid: 'f', maxBitrate: 700_000 },
];

describe('layers of video from Chromium', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  /** Publishes one picture and watches it in the same page. */
  async function call(
    context: TestContext,
    picture: PictureOptions,
    options: OfferOptions = {},
  ): Promise<{ page: Page; producer: types.Producer; track: SubscribedTrack; offer: string; answer: string }> {
    const router = await startRouter(context);
    const page = await openNativePage(browser);
    context.after(() => page.context().close());
    await page.evaluate((given) => native.addPicture(given), picture);
    const offer = await page.evaluate(() => native.offer());
    const { answer, added } = await publish(router, offer, { transport: loopback, ...options });
    await page.evaluate((sdp) => native.accept(sdp), answer);
    const { producer } = added[0]!;
    const { connection, offer: watching } = await subscribe(router, [producer], { transport: loopback });
    await connection.acceptAnswer(await page.evaluate((sdp) => native.answer(sdp), watching!.sdp));
    return { page, producer, track: connection.tracks[0]!, offer, answer };
  }

  /** Asks for each width in turn and waits until pictures of it come. */
  async function visit(page: Page, track: SubscribedTrack, steps: [types.ConsumerLayers, number][]): Promise<void> {
    for (const [layers, width] of steps) {
      await track.consumer.setPreferredLayers(layers);
      const { width: seen } = await waitForFrames(page, '0', 5, width);
      assert.equal(seen, width);
    }
  }

  test('simulcast by rid: three streams arrive and a viewer gets the one it asks for', async (context) => {
    const { page, producer, track, answer } = await call(context, { ...Size, encodings: Rids });
    assert.deepEqual(sdpTransform.parse(answer).media[0]!.simulcast, { dir1: 'recv', list1: 'q;h;f' });
    assert.equal(producer.type, 'simulcast');
    assert.equal(track.consumer.type, 'simulcast');
    await visit(page, track, [
      [{ spatialLayer: 0 }, 240],
      [{ spatialLayer: 2 }, 960],
      [{ spatialLayer: 1 }, 480],
      [{ spatialLayer: 0 }, 240],
    ]);
    const rids = new Set((await producer.getStats()).map(({ rid }) => rid));
    assert.deepEqual(rids, new Set(['q', 'h', 'f']));
    // All temporal layers pass, though nobody said how many there are.
    const frames = (await waitForFrames(page, '0', 0)).framesDecoded;
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2_000)));
    const perSecond = ((await waitForFrames(page, '0', 0)).framesDecoded - frames) / 2;
    context.diagnostic(`${perSecond} pictures a second of 25 sent`);
  });

  for (const [codec, mode] of [['video/VP9', 'L3T3_KEY'], ['video/AV1', 'L1T2']] as const) {
    test(`${codec} ${mode}: layers told beside the SDP`, async (context) => {
      const picture = { ...Size, codec, encodings: [{ scalabilityMode: mode, maxBitrate: 1_000_000 } as RTCRtpEncodingParameters] };
      const { page, producer, track } = await call(context, picture, { scalabilityModes: { 0: mode } });
      assert.equal(producer.rtpParameters.codecs[0]!.mimeType, codec);
      assert.deepEqual([producer.type, track.consumer.type], ['svc', 'svc']);
      assert.equal(track.consumer.rtpParameters.encodings![0]!.scalabilityMode, mode);
      await waitForFrames(page, '0', 10);
      if (!mode.startsWith('L3')) return;
      await visit(page, track, [[{ spatialLayer: 2 }, 960], [{ spatialLayer: 0 }, 240]]);
    });
  }
});
