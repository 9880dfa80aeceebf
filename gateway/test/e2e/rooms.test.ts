import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from '../support/chromium.ts';
import { openNativePage, waitForFrames, type NativeApi } from '../support/native-page.ts';
import { smallOffer } from '../support/sdp.ts';
import { startTestService } from '../support/service.ts';
import { SocketClient } from '../support/socket-client.ts';

declare const native: NativeApi;

interface Track {
  mid: string;
  kind: string;
  user: { name: string };
  streamId: string;
}

/** A user: a socket here, and two RTCPeerConnections in a page of its own. Answers every offer as it comes. */
class Member {
  readonly page: Page;
  readonly socket: SocketClient;
  tracks: Track[] = [];
  offers = 0;
  #nextId = 1;

  private constructor(page: Page, socket: SocketClient) {
    this.page = page;
    this.socket = socket;
    void this.#answer();
  }

  static async join(context: TestContext, browser: Browser, url: string, name: string): Promise<Member> {
    const page = await openNativePage(browser);
    context.after(() => page.context().close());
    const socket = await SocketClient.open(url, `api/rooms/native/socket?name=${name}`);
    await socket.next('joined');
    return new Member(page, socket);
  }

  async #answer(): Promise<void> {
    for (;;) {
      const { sdp, version, tracks } = await this.socket.next('offer');
      const answer = await this.page.evaluate((offer) => native.answer(offer), sdp as string);
      this.socket.send({ type: 'answer', id: this.#nextId++, version, sdp: answer });
      await this.socket.next('answered');
      this.tracks = tracks as Track[];
      this.offers += 1;
    }
  }

  async publish(): Promise<void> {
    this.socket.send({ type: 'publish', id: this.#nextId++, sdp: await this.page.evaluate(() => native.offer()) });
    const { sdp } = await this.socket.next('published');
    await this.page.evaluate((answer) => native.accept(answer), sdp as string);
  }

  /** Waits until exactly these tracks ("alice/camera") were offered and decoded. */
  async sees(...expected: string[]): Promise<void> {
    const video = (): Track[] => this.tracks.filter(({ kind }) => kind === 'video');
    const names = (): string => video().map(({ user, streamId }) => `${user.name}/${streamNames.get(streamId)}`).toSorted().join();
    while (names() !== expected.toSorted().join()) await this.page.evaluate(() => new Promise((r) => setTimeout(r, 20)));
    await Promise.all(video().map(({ mid }) => waitForFrames(this.page, mid, 8)));
  }

  async add(name: string, width = 320, height = 180): Promise<void> {
    await this.page.evaluate((options) => native.addPicture(options), { name, width, height, stream: name });
    await this.publish();
    const sdp = await this.page.evaluate(() => native.sending.localDescription!.sdp);
    const mids = await this.page.evaluate(() => native.mids());
    const section = sdp.split('\r\nm=').find((text) => text.includes(`\r\na=mid:${mids[name]}\r\n`));
    streamNames.set(/a=msid:(\S+)/.exec(section!)![1]!, name);
  }

  leave(): Promise<void> {
    this.socket.close();
    return this.page.close();
  }
}

/** Names of MediaStreams by their ids, as their publishers made them. */
const streamNames = new Map<string, string>();

describe('a room of users with nothing but their own SDP', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  test('three come, one adds a screen, one leaves and comes back: pictures at every step', async (context) => {
    const { url } = await startTestService(context);
    const alice = await Member.join(context, browser, url, 'alice');
    await alice.add('camera');
    const bob = await Member.join(context, browser, url, 'bob');
    await bob.sees('alice/camera');
    await bob.add('camera');
    await alice.sees('bob/camera');
    const carol = await Member.join(context, browser, url, 'carol');
    await carol.sees('alice/camera', 'bob/camera');
    assert.equal(carol.offers, 1, 'all that is there comes in one offer');

    await alice.add('screen', 480, 270);
    await Promise.all([
      bob.sees('alice/camera', 'alice/screen'),
      carol.sees('alice/camera', 'alice/screen', 'bob/camera'),
    ]);

    await bob.leave();
    await Promise.all([alice.sees(), carol.sees('alice/camera', 'alice/screen')]);

    const again = await Member.join(context, browser, url, 'bob');
    await again.sees('alice/camera', 'alice/screen');
    await again.add('camera');
    await Promise.all([alice.sees('bob/camera'), carol.sees('alice/camera', 'alice/screen', 'bob/camera')]);
    const sections = await carol.page.evaluate(() => native.receiving.remoteDescription!.sdp.match(/^m=/gm)!.length);
    assert.equal(sections, 3, 'the m-section of who left was used again');

    // A channel of one user reaches all others, in one message that says whose it is.
    await alice.page.evaluate(() => native.openChannel('chat'));
    await alice.publish();
    const { channels } = await carol.socket.next('channels');
    assert.deepEqual(
      (channels as { label: string; user: { name: string } }[]).map(({ label, user }) => `${user.name}/${label}`),
      ['alice/chat'],
    );
    await Promise.all([carol, again].map(({ page }) => page.waitForFunction(() => native.channels['chat'])));
    await alice.page.evaluate(() => native.sendOn('chat', 'hello all'));
    await Promise.all(
      [carol, again].map(({ page }) => page.waitForFunction(() => native.channels['chat']?.messages[0] === 'hello all')),
    );
  });

  test('80 tracks come in one offer', async (context) => {
    const { url } = await startTestService(context);
    const publishers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const socket = await SocketClient.open(url, `api/rooms/native/socket?name=user${index}`);
        await socket.next('joined');
        socket.send({ type: 'publish', id: 1, sdp: smallOffer().replaceAll('msid:camera', `msid:stream${index}`) });
        await socket.next('published');
        return socket;
      }),
    );
    const page = await openNativePage(browser);
    context.after(() => page.context().close());
    const start = performance.now();
    const socket = await SocketClient.open(url, 'api/rooms/native/socket?name=viewer');
    const offer = await socket.next('offer');
    const offeredMs = performance.now() - start;
    const tracks = offer['tracks'] as Track[];
    assert.equal(tracks.length, 80);
    assert.equal(new Set(tracks.map(({ user }) => user.name)).size, 40);
    const sdp = await page.evaluate((text) => native.answer(text), offer['sdp'] as string);
    const answeredMs = performance.now() - start;
    socket.send({ type: 'answer', id: 1, version: offer['version'], sdp });
    await socket.next('answered');
    context.diagnostic(
      `offered after ${offeredMs.toFixed()} ms, answered by Chromium after ${answeredMs.toFixed()} ms, ` +
        `joined after ${(performance.now() - start).toFixed()} ms`,
    );
    const receivers = await page.evaluate(() => native.receiving.getTransceivers().filter(({ currentDirection }) => currentDirection === 'recvonly').length);
    assert.equal(receivers, 80);
    for (const client of [socket, ...publishers]) client.close();
  });
});
