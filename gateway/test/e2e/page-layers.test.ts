import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openPage, skipWithoutChromium } from '../support/chromium.ts';
import { startTestService } from '../support/service.ts';

const Playing = '.tile[data-own="false"][data-state="playing"]';
const Sent = '.tile[data-own="true"] .streams li[data-active="true"]';

/** Between the smallest and the middle size of the test picture, whatever the encoder makes of them. */
const SmallBelow = 300;

describe('the page: layers', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  async function join(context: TestContext, url: string, query: string): Promise<Page> {
    const errors: string[] = [];
    const page = await openPage(browser, `${url}?room=layers&${query}`, errors);
    context.after(async () => {
      await page.context().close();
      assert.deepEqual(errors, []);
    });
    await page.click('#join');
    await page.waitForSelector('body[data-state="joined"]');
    return page;
  }

  async function publish(page: Page, source: string): Promise<void> {
    await page.click(`#publish-${source}`);
    await page.waitForSelector('body[data-publishing="connected"]');
  }

  /** Waits until the decoded picture is small, or is not. */
  async function waitForSize(page: Page, small: boolean): Promise<void> {
    await page.waitForFunction(
      ([selector, bound, wanted]) => {
        const { videoWidth } = document.querySelector<HTMLVideoElement>(`${selector} video`)!;
        return videoWidth > 0 && videoWidth < bound === wanted;
      },
      [Playing, SmallBelow, small] as const,
    );
  }

  /** Waits until a layer is marked as the one that comes. */
  async function waitForMark(page: Page, group: string, layer: number): Promise<void> {
    await page.waitForSelector(`${Playing} [data-layers="${group}"] label[data-now="true"]:has([value="${layer}"])`);
  }

  const choose = (page: Page, group: string, value: string): Promise<void> =>
    page.click(`${Playing} [data-layers="${group}"] label:has([value="${value}"])`);

  test('simulcast: the viewer chooses size and frames, by pointer and keyboard', async (context) => {
    const { url } = await startTestService(context);
    const alice = await join(context, url, 'name=alice');
    await publish(alice, 'test');
    await alice.waitForFunction((selector) => document.querySelectorAll(selector).length === 3, Sent);

    const bob = await join(context, url, 'name=bob');
    await bob.waitForSelector(Playing);
    await waitForSize(bob, false);
    await choose(bob, 'spatialLayer', '0');
    await waitForMark(bob, 'spatialLayer', 0);
    await waitForSize(bob, true);

    // The radio buttons of a group take the arrow keys: to the right of Small is, all the way around, Auto.
    await bob.focus(`${Playing} [data-layers="spatialLayer"] [value="0"]`);
    await bob.keyboard.press('ArrowRight');
    assert.ok(await bob.isChecked(`${Playing} [data-layers="spatialLayer"] [value="auto"]`));
    await waitForSize(bob, false);

    await choose(bob, 'temporalLayer', '0');
    await waitForMark(bob, 'temporalLayer', 0);
    await choose(bob, 'temporalLayer', 'auto');
    await waitForMark(bob, 'temporalLayer', 2);
  });

  test('SVC: the viewer chooses among the layers of one stream', async (context) => {
    const { url } = await startTestService(context);
    const alice = await join(context, url, 'name=alice&layers=svc');
    await publish(alice, 'test');
    const bob = await join(context, url, 'name=bob');
    await bob.waitForSelector(Playing);
    assert.match((await bob.evaluate('gateway.receiving.remoteDescription.sdp')) as string, /VP9\/90000/);
    await choose(bob, 'spatialLayer', '0');
    await waitForMark(bob, 'spatialLayer', 0);
    await waitForSize(bob, true);
    await choose(bob, 'spatialLayer', 'auto');
    await waitForSize(bob, false);
  });

  for (const source of ['camera', 'screen']) {
    test(`${source} by simulcast: all sizes are sent, and the viewer gets what it chooses`, async (context) => {
      const { url } = await startTestService(context);
      const alice = await join(context, url, 'name=alice');
      await publish(alice, source);
      const offered = (await alice.evaluate('gateway.sending.localDescription.sdp')) as string;
      assert.match(offered, /a=simulcast:send q;h;f/);
      await alice.waitForFunction((selector) => document.querySelectorAll(selector).length === 3, Sent);
      const bob = await join(context, url, 'name=bob');
      await bob.waitForSelector(Playing);
      await choose(bob, 'spatialLayer', '0');
      await waitForMark(bob, 'spatialLayer', 0);
      await choose(bob, 'spatialLayer', '2');
      await waitForMark(bob, 'spatialLayer', 2);
    });
  }

  test('one size has no choice', async (context) => {
    const { url } = await startTestService(context);
    const alice = await join(context, url, 'name=alice&layers=single');
    await publish(alice, 'test');
    const bob = await join(context, url, 'name=bob');
    await bob.waitForSelector(Playing);
    assert.equal(await bob.isVisible(`${Playing} .choice`), false);
  });

  test('a room that takes no codec with SVC says so', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_VIDEO_CODECS: 'H264' });
    const alice = await join(context, url, 'name=alice&layers=svc');
    await publish(alice, 'test');
    await alice.waitForSelector('#error:not([hidden])');
    assert.match((await alice.textContent('#error'))!, /no codec that this room takes/);
  });
});
