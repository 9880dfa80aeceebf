import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openPage, skipWithoutChromium } from '../support/chromium.ts';
import { countChangedFrames } from '../support/media-checks.ts';
import { startTestService } from '../support/service.ts';

const Playing = '.tile[data-own="false"][data-state="playing"]';

describe('the page: rooms, numbers, keyboard', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  async function open(context: TestContext, url: string, query: string, expected: RegExp[] = []): Promise<Page> {
    const errors: string[] = [];
    const page = await openPage(browser, `${url}?${query}`, errors);
    context.after(async () => {
      await page.context().close();
      assert.deepEqual(errors.filter((error) => !expected.some((known) => known.test(error))), []);
    });
    return page;
  }

  test('a room is chosen from the list, with the keyboard alone, and watched with live numbers and graphs', async (context) => {
    const { url } = await startTestService(context);
    const alice = await open(context, url, 'room=studio&name=alice&layers=single');
    await alice.focus('#join');
    await alice.keyboard.press('Enter');
    await alice.waitForSelector('body[data-state="joined"]');
    await alice.focus('#publish-test');
    await alice.keyboard.press('Enter');
    await alice.waitForSelector('body[data-publishing="connected"]');

    const bob = await open(context, url, 'name=bob');
    await bob.waitForSelector('#rooms button');
    assert.match((await bob.textContent('#rooms'))!, /studio1 here: alice/);
    await bob.focus('#rooms button');
    await bob.keyboard.press('Enter');
    await bob.waitForSelector(Playing);
    for (const kind of ['video', 'audio']) {
      await bob.waitForFunction(
        ([selector, of]) => /^[1-9]\d* kbit\/s$/.test(document.querySelector(`${selector} [data-kind="${of}"] [data-number="bitrate"]`)?.textContent ?? ''),
        [Playing, kind] as const,
      );
      assert.equal(await bob.textContent(`${Playing} [data-kind="${kind}"] [data-number="loss"]`), '0.0 %');
    }
    await bob.waitForFunction((selector) => / ms$/.test(document.querySelector(`${selector} [data-number="roundTrip"]`)!.textContent!), Playing);
    assert.match((await bob.textContent(`${Playing} [data-kind="video"] [data-number="format"]`))!, /^VP8 · \d+p · \d+\/s/);
    const drawn = await bob.evaluate((selector) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`${selector} [data-graph="bitrate"]`)!;
      return canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
    }, Playing);
    assert.ok(drawn, 'the graph has a line');
    assert.match((await bob.textContent('#clients'))!, /api\/rooms\/studio\/whip/);
  });

  test('Restart ICE gives both connections new credentials and the picture goes on', async (context) => {
    const { url } = await startTestService(context);
    const alice = await open(context, url, 'room=studio&name=alice');
    await alice.click('#join');
    await alice.click('#publish-test');
    await alice.waitForSelector('body[data-publishing="connected"]');
    const bob = await open(context, url, 'room=studio&name=bob');
    await bob.click('#join');
    await bob.waitForSelector(Playing);
    type Peers = { gateway: Record<string, RTCPeerConnection> };
    const ufragOf = (page: Page, peer: string): Promise<string> =>
      page.evaluate(
        (name) => /ice-ufrag:(.*)/.exec((globalThis as unknown as Peers).gateway[name]!.remoteDescription!.sdp)![1]!,
        peer,
      );
    for (const [page, peer] of [[alice, 'sending'], [bob, 'receiving']] as const) {
      const before = await ufragOf(page, peer);
      await page.click('#restart-ice');
      await page.waitForFunction(
        ([name, old]) => {
          const { remoteDescription, connectionState } = (globalThis as unknown as Peers).gateway[name]!;
          return connectionState === 'connected' && !remoteDescription!.sdp.includes(`ice-ufrag:${old}`);
        },
        [peer, before] as const,
      );
    }
    const changed = await countChangedFrames(bob, `${Playing} video`, 30);
    assert.ok(changed > 5, `${changed} of 30 frames differ after the restarts`);
  });

  test('a service with tokens asks for one, and lets in who has it', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_TOKENS: 'a-good-token' });
    const page = await open(context, url, 'room=studio&name=alice', [/401/]);
    await page.waitForSelector('#token-label:not([hidden])');
    await page.fill('#token', 'a-good-token');
    await page.click('#join');
    await page.waitForSelector('body[data-state="joined"]');
  });

  test('on a phone nothing is wider than the screen', async (context) => {
    const { url } = await startTestService(context);
    const page = await open(context, url, 'room=studio&name=alice');
    await page.setViewportSize({ width: 360, height: 720 });
    await page.click('#join');
    await page.click('#publish-test');
    await page.waitForSelector('.track');
    await page.click('#clients summary');
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
    // What a viewer of simulcast has besides.
    const viewer = await open(context, url, 'room=studio&name=bob');
    await viewer.setViewportSize({ width: 360, height: 720 });
    await viewer.click('#join');
    await viewer.waitForSelector('.choice:not([hidden])');
    await viewer.waitForSelector('.track');
    assert.ok((await viewer.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  });
});
