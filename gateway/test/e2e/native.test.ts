import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { types } from 'mediasoup';
import type { Browser, Page } from 'playwright-core';
import * as sdpTransform from 'sdp-transform';
import { publish, PublishConnection, SubscribeConnection, type OfferOptions, type PublishResult } from '../../src/sdp/index.ts';
import { launchChromium, skipWithoutChromium } from '../support/chromium.ts';
import { openNativePage, waitForFrames, type NativeApi, type PictureOptions } from '../support/native-page.ts';
import { loopback, startRouter } from '../support/router.ts';
import { ufragOf } from '../support/sdp.ts';

declare const native: NativeApi;

/** m-sections as "kind mid direction port". */
function sections(sdp: string): string[] {
  return sdpTransform.parse(sdp).media.map(({ type, mid, direction, port }) => `${type} ${mid} ${direction ?? '-'} ${port}`);
}

describe('Chromium with its own SDP on the library', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  /** One page that publishes to a router and watches it. */
  class Call {
    readonly page: Page;
    readonly publisher: PublishConnection;
    readonly viewer: SubscribeConnection;

    private constructor(page: Page, publisher: PublishConnection, viewer: SubscribeConnection) {
      this.page = page;
      this.publisher = publisher;
      this.viewer = viewer;
    }

    static async open(context: TestContext): Promise<Call> {
      const router = await startRouter(context);
      const page = await openNativePage(browser);
      context.after(() => page.context().close());
      return new Call(
        page,
        await PublishConnection.create(router, { transport: loopback }),
        await SubscribeConnection.create(router, { transport: loopback }),
      );
    }

    add(options: PictureOptions): Promise<void> {
      return this.page.evaluate((given) => native.addPicture(given), options);
    }

    async publish(options: OfferOptions = {}, iceRestart = false): Promise<PublishResult & { offer: string }> {
      const offer = await this.page.evaluate((restart) => native.offer(restart), iceRestart);
      const result = await this.publisher.negotiate(offer, options);
      await this.page.evaluate((answer) => native.accept(answer), result.answer);
      return { ...result, offer };
    }

    /** Offers what is published; returns the offer's m-sections. */
    async watch(iceRestart = false): Promise<string[]> {
      this.viewer.setProducers(this.publisher.tracks.map(({ producer }) => producer));
      this.viewer.setChannels(this.publisher.channels);
      const offer = await this.viewer.createOffer({ iceRestart });
      if (!offer) return [];
      await this.viewer.acceptAnswer(await this.page.evaluate((sdp) => native.answer(sdp), offer.sdp));
      return sections(offer.sdp);
    }

    layers(mid: string, layers: types.ConsumerLayers): Promise<void> {
      return this.viewer.tracks.find((track) => track.mid === mid)!.consumer.setPreferredLayers(layers);
    }
  }

  test('tracks come and go on both sides: m-sections are used again, mids and the rest stay', async (context) => {
    const call = await Call.open(context);
    await call.add({ name: 'camera', width: 320, height: 180 });
    await call.publish();
    assert.deepEqual(await call.watch(), ['video 0 sendonly 9']);
    await waitForFrames(call.page, '0', 10);

    // A microphone and a screen come together, in one offer.
    await call.page.evaluate(() => native.addTone('microphone'));
    await call.add({ name: 'screen', width: 480, height: 270, stream: 'screen' });
    const joined = await call.publish();
    assert.equal(joined.added.length, 2);
    assert.deepEqual(await call.watch(), ['video 0 sendonly 9', 'audio 1 sendonly 9', 'video 2 sendonly 9']);
    await Promise.all([waitForFrames(call.page, '0', 10), waitForFrames(call.page, '2', 10, 480)]);

    // The screen goes.
    await call.page.evaluate(() => native.remove('screen'));
    const stopped = await call.publish();
    assert.deepEqual([stopped.added.length, stopped.removed.length], [0, 1]);
    assert.deepEqual(sections(stopped.answer).at(-1), 'video 2 inactive 0');
    assert.deepEqual(await call.watch(), ['video 0 sendonly 9', 'audio 1 sendonly 9', 'video 2 inactive 9']);
    await waitForFrames(call.page, '0', 10);

    // Another one comes in its place: under a new mid at the publisher, under the same at the viewer.
    await call.add({ name: 'slides', width: 240, height: 136, stream: 'slides' });
    const again = await call.publish();
    assert.equal(sections(again.offer).length, 3, 'the m-section is used again');
    assert.notEqual((await call.page.evaluate(() => native.mids()))['slides'], '2');
    assert.deepEqual(await call.watch(), ['video 0 sendonly 9', 'audio 1 sendonly 9', 'video 2 sendonly 9']);
    await Promise.all([waitForFrames(call.page, '0', 10), waitForFrames(call.page, '2', 10, 240)]);
    assert.equal(call.viewer.tracks.find(({ mid }) => mid === '2')?.producerId, again.added[0]?.producer.id);
  });

  test('ICE restarts on both sides and the picture goes on', async (context) => {
    const call = await Call.open(context);
    await call.add({ name: 'camera', width: 320, height: 180 });
    const first = await call.publish();
    await call.watch();
    await waitForFrames(call.page, '0', 10);

    const restarted = await call.publish({}, true);
    assert.notEqual(ufragOf(restarted.offer), ufragOf(first.offer));
    assert.notEqual(ufragOf(restarted.answer), ufragOf(first.answer));
    assert.deepEqual([restarted.added, restarted.removed], [[], []]);
    await waitForFrames(call.page, '0', 30);

    const before = await call.page.evaluate(() => native.receiving.remoteDescription!.sdp);
    await call.watch(true);
    const afterwards = await call.page.evaluate(() => native.receiving.remoteDescription!.sdp);
    assert.notEqual(ufragOf(afterwards), ufragOf(before));
    await waitForFrames(call.page, '0', 30);
    const states = await call.page.evaluate(() => [native.sending.iceConnectionState, native.receiving.iceConnectionState]);
    assert.deepEqual(states.map((state) => state === 'connected' || state === 'completed'), [true, true]);
  });

  test('data channels are opened at the viewer under their names, come and go', async (context) => {
    const call = await Call.open(context);
    await call.add({ name: 'camera', width: 320, height: 180 });
    const opened = async (label: string): Promise<void> => {
      while (!call.publisher.channels.some((channel) => channel.label === label)) {
        await once(call.publisher, 'channelopen');
      }
    };
    await call.page.evaluate(() => native.openChannel('chat', { protocol: 'text' }));
    await call.publish();
    await opened('chat');
    assert.deepEqual(await call.watch(), ['application 0 - 9', 'video 1 sendonly 9']);
    await call.page.waitForFunction(() => native.channels['chat']?.protocol === 'text');
    await call.page.evaluate(() => native.sendOn('chat', 'gr\u00fc\u00df dich'));
    await call.page.waitForFunction(() => native.channels['chat']?.messages[0] === 'gr\u00fc\u00df dich');
    await waitForFrames(call.page, '1', 10);

    // A second one needs no offer on either side.
    await call.page.evaluate(() => native.openChannel('pointer', { ordered: false, maxRetransmits: 0 }));
    await opened('pointer');
    assert.deepEqual(await call.watch(), []);
    await call.page.waitForFunction(() => native.channels['pointer']?.state === 'open');
    assert.deepEqual(call.publisher.channels.map(({ ordered, maxRetransmits }) => [ordered, maxRetransmits]), [
      [true, undefined],
      [false, 0],
    ]);

    // A channel on the stream of a closed one is another channel.
    await call.page.evaluate(() => native.closeChannel('chat'));
    await call.page.waitForFunction(() => native.sending.sctp !== null);
    await call.page.evaluate(() => native.openChannel('later'));
    await opened('later');
    await call.watch();
    await call.page.waitForFunction(() => native.channels['later']?.state === 'open');
  });

  test('Producers that are gone take their Consumers along, and a viewer of audio alone gets no video', async (context) => {
    const router = await startRouter(context);
    const page = await openNativePage(browser);
    context.after(() => page.context().close());
    await page.evaluate(() => native.addTone('microphone'));
    await page.evaluate((options) => native.addPicture(options), { name: 'camera', width: 320, height: 180 });
    const { connection, answer, added } = await publish(router, await page.evaluate(() => native.offer()), { transport: loopback });
    await page.evaluate((sdp) => native.accept(sdp), answer);
    const audio = router.rtpCapabilities.codecs!.filter(({ kind }) => kind === 'audio');
    const viewer = await SubscribeConnection.create(router, {
      transport: loopback,
      rtpCapabilities: { codecs: audio, headerExtensions: router.rtpCapabilities.headerExtensions! },
    });
    viewer.setProducers(added.map(({ producer }) => producer));
    const offer = await viewer.createOffer();
    assert.deepEqual(sections(offer!.sdp), ['audio 0 sendonly 9']);
    await viewer.acceptAnswer(await page.evaluate((sdp) => native.answer(sdp), offer!.sdp));
    await page.waitForFunction(async () => (await native.received('0')).packets > 20);
    connection.close();
    await once(viewer, 'change');
    assert.deepEqual(sections((await viewer.createOffer())!.sdp), ['audio 0 inactive 9']);
  });
});
