import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { unlessStolen } from '../../../RtcTests/stolen-time.mjs';
import { launchChromium, openPage, skipWithoutChromium } from '../support/chromium.ts';
import { assertWhole, countChangedFrames, readReceived } from '../support/media-checks.ts';
import { startTestService } from '../support/service.ts';

const RemoteTile = '.tile[data-own="false"]';
/** Generous, as the machine may be busy; on an idle one it is under 500. The figure itself is printed. */
const FirstFrameBoundMs = 5_000;
const WatchedFrames = 90;

describe('a call through the page, with native SDP only', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  async function join(context: TestContext, url: string, name: string, transport = 'any'): Promise<Page> {
    const errors: string[] = [];
    const page = await openPage(browser, `${url}?room=e2e&name=${name}&transport=${transport}&layers=single`, errors);
    context.after(async () => {
      await page.context().close();
      assert.deepEqual(errors, [], `${name}'s page has no errors`);
    });
    await page.click('#join');
    await page.waitForSelector('body[data-state="joined"]');
    return page;
  }

  async function publish(page: Page, button: string): Promise<void> {
    await page.click(button);
    await page.waitForSelector('body[data-publishing="connected"]');
  }

  for (const { transport, source } of [
    { transport: 'udp', source: 'camera' },
    { transport: 'tcp', source: 'camera' },
    { transport: 'udp', source: 'test' },
  ]) {
    test(`${source} over ${transport}: whole, heard, msid kept`, unlessStolen(async (context: TestContext) => {
      const { url } = await startTestService(context);
      const alice = await join(context, url, 'alice', transport);
      await publish(alice, `#publish-${source}`);
      // The publisher's encoder is warm, as in a room that a watcher joins.
      await alice.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 1);

      const bob = await join(context, url, 'bob', transport);
      await bob.waitForSelector(`${RemoteTile}[data-state="playing"]`);
      const changed = await countChangedFrames(bob, `${RemoteTile} video`, WatchedFrames);
      assert.ok(changed > WatchedFrames / 4, `${changed} of ${WatchedFrames} frames differ from the one before`);

      const received = await readReceived(bob, 'gateway.receiving');
      assertWhole(received);
      assert.equal(received.protocol, transport);

      const firstFrameMs = Number(await bob.getAttribute(RemoteTile, 'data-first-frame-ms'));
      context.diagnostic(`first frame ${firstFrameMs} ms after joining (${source} over ${transport})`);
      assert.ok(firstFrameMs > 0 && firstFrameMs < FirstFrameBoundMs);

      const published = await alice.evaluate('gateway.publisher.stream.id');
      const seen = await bob.evaluate(() =>
        (globalThis as unknown as { gateway: { receiving: RTCPeerConnection } }).gateway.receiving.remoteDescription!.sdp
          .split('\r\n')
          .filter((line) => line.startsWith('a=msid:'))
          .map((line) => line.slice('a=msid:'.length).split(' ')[0]),
      );
      assert.deepEqual(seen, [published, published]);
      assert.equal(await bob.getAttribute(RemoteTile, 'data-stream-id'), published);
    }));
  }

  for (const codec of ['H264', 'VP9', 'AV1']) {
    test(`a room of ${codec}`, async (context) => {
      const { url } = await startTestService(context, { GATEWAY_VIDEO_CODECS: codec });
      const alice = await join(context, url, 'alice');
      await publish(alice, '#publish-test');
      const bob = await join(context, url, 'bob');
      await bob.waitForSelector(`${RemoteTile}[data-state="playing"]`);
      const changed = await countChangedFrames(bob, `${RemoteTile} video`, 30);
      assert.ok(changed > 5, `${changed} of 30 frames differ from the one before`);
      assert.equal(await bob.evaluate('gateway.receiving.remoteDescription.sdp.match(/VP8|VP9|H264|AV1/)[0]'), codec);
    });
  }

  test('three users come, publish, stop, come back and leave, one offer a change', async (context) => {
    const { url } = await startTestService(context);
    const [alice, bob, carol] = [
      await join(context, url, 'alice'),
      await join(context, url, 'bob', 'tcp'),
      await join(context, url, 'carol'),
    ];
    await Promise.all([publish(alice, '#publish-camera'), publish(bob, '#publish-test')]);
    const playing = async (page: Page, count: number): Promise<void> => {
      await page.waitForFunction(
        ([selector, expected]) => {
          const all = document.querySelectorAll(selector as string);
          const playingNow = document.querySelectorAll(`${selector}[data-state="playing"]`);
          return all.length === expected && playingNow.length === expected;
        },
        [RemoteTile, count] as const,
      );
    };
    await Promise.all([playing(alice, 1), playing(bob, 1), playing(carol, 2)]);

    await alice.click('#unpublish');
    await Promise.all([playing(bob, 0), playing(carol, 1)]);
    await publish(alice, '#publish-test');
    await Promise.all([playing(bob, 1), playing(carol, 2)]);
    // The m-sections that fell free were taken again.
    const sections = await carol.evaluate('gateway.receiving.remoteDescription.sdp.match(/^m=/gm).length');
    assert.equal(sections, 4);
    const changed = await countChangedFrames(carol, `${RemoteTile}:last-of-type video`, 30);
    assert.ok(changed > 5, `${changed} frames changed after coming back`);

    await bob.click('#leave');
    await Promise.all([playing(alice, 0), playing(carol, 1)]);
  });

  test('when the worker dies, the page joins and publishes again by itself', async (context) => {
    const { url, workers } = await startTestService(context);
    const alice = await join(context, url, 'alice');
    await publish(alice, '#publish-test');
    const bob = await join(context, url, 'bob');
    await bob.waitForSelector(`${RemoteTile}[data-state="playing"]`);
    const tile = await bob.$(RemoteTile);
    process.kill(workers.pids[0]!, 'SIGKILL');
    await bob.waitForFunction((old) => !old?.isConnected, tile);
    await bob.waitForSelector(`${RemoteTile}[data-state="playing"]`);
  });
});
