import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { unlessStolen } from '../../../RtcTests/stolen-time.mjs';
import { launchChromium, openPage, skipWithoutChromium } from '../support/chromium.ts';
import { assertWhole, countChangedFrames, readReceived } from '../support/media-checks.ts';
import { startTestService } from '../support/service.ts';

/** What the page of a player or a publisher holds. */
interface Held {
  peer: RTCPeerConnection;
  session: string;
  etag: string;
  answer: string;
}

describe('WHIP and WHEP with Chromium', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  async function open(context: TestContext, url: string): Promise<Page> {
    const errors: string[] = [];
    const page = await openPage(browser, url, errors);
    context.after(async () => {
      await page.context().close();
      // Chromium writes every 4xx to the console, a counter-offer's 406 too.
      assert.deepEqual(errors.filter((error) => !error.includes('406')), []);
    });
    return page;
  }

  /** Publishes a picture of one colour that flickers, and a voice that speaks or not. */
  async function publish(page: Page, name: string, hue: number, loud: boolean): Promise<void> {
    await page.evaluate(
      async ([who, colour, sounds]) => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [320, 180];
        const context = canvas.getContext('2d')!;
        let frame = 0;
        setInterval(() => {
          context.fillStyle = `hsl(${colour} 90% ${40 + 2 * (frame++ % 10)}%)`;
          context.fillRect(0, 0, 320, 180);
        }, 40);
        const audio = new AudioContext();
        await audio.resume();
        const volume = new GainNode(audio, { gain: sounds ? 1 : 0 });
        const out = audio.createMediaStreamDestination();
        // In syllables: a steady tone is noise to who listens for speech.
        const syllables = new GainNode(audio, { gain: 0.25 });
        const rhythm = new OscillatorNode(audio, { type: 'square', frequency: 3 });
        rhythm.connect(new GainNode(audio, { gain: 0.25 })).connect(syllables.gain);
        const tone = new OscillatorNode(audio, { frequency: 300 });
        tone.connect(syllables).connect(volume).connect(out);
        for (const oscillator of [rhythm, tone]) oscillator.start();
        const stream = canvas.captureStream(25);
        stream.addTrack(out.stream.getAudioTracks()[0]!);
        const peer = new RTCPeerConnection();
        for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
        await peer.setLocalDescription();
        const response = await fetch(`api/rooms/e2e/whip?name=${who}`, {
          method: 'POST',
          headers: { 'content-type': 'application/sdp' },
          body: peer.localDescription!.sdp,
        });
        const answer = await response.text();
        if (response.status !== 201) throw new Error(answer);
        await peer.setRemoteDescription({ type: 'answer', sdp: answer });
        const session = response.headers.get('location')!;
        const etag = response.headers.get('etag')!;
        Object.assign(globalThis, { held: { peer, session, etag, answer }, setLoud: (on: boolean) => (volume.gain.value = on ? 1 : 0) });
      },
      [name, hue, loud] as const,
    );
    await page.waitForFunction(() => (globalThis as unknown as { held: Held }).held.peer.connectionState === 'connected');
  }

  /** Watches an endpoint in a video element. */
  async function watch(page: Page, endpoint: string): Promise<void> {
    await page.evaluate(async (url) => {
      const peer = new RTCPeerConnection();
      const video = document.createElement('video');
      Object.assign(video, { id: 'player', autoplay: true, playsInline: true });
      document.body.append(video);
      const stream = new MediaStream();
      video.srcObject = stream;
      peer.ontrack = ({ track }) => stream.addTrack(track);
      for (const kind of ['audio', 'video']) peer.addTransceiver(kind, { direction: 'recvonly' });
      await peer.setLocalDescription();
      const post = { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: peer.localDescription!.sdp };
      const response = await fetch(url, post);
      const answer = await response.text();
      const session = response.headers.get('location')!;
      if (response.status === 406) {
        await peer.setLocalDescription({ type: 'rollback' });
        await peer.setRemoteDescription({ type: 'offer', sdp: answer });
        await peer.setLocalDescription();
        const { sdp } = peer.localDescription!;
        await fetch(session, { method: 'PATCH', headers: { 'content-type': 'application/sdp' }, body: sdp });
      } else if (response.status === 201) {
        await peer.setRemoteDescription({ type: 'answer', sdp: answer });
      } else throw new Error(answer);
      Object.assign(globalThis, { held: { peer, session, etag: response.headers.get('etag'), answer } });
    }, endpoint);
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('#player')!.currentTime > 1);
  }

  /** Hue of the middle of the picture, in degrees. */
  const hueOf = (page: Page): Promise<number> =>
    page.evaluate(() => {
      const context = new OffscreenCanvas(1, 1).getContext('2d')!;
      context.drawImage(document.querySelector<HTMLVideoElement>('#player')!, 0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
      const most = Math.max(red, green, blue);
      const range = most - Math.min(red, green, blue) || 1;
      if (most === red) return (60 * ((green - blue) / range) + 360) % 360;
      return most === green ? 60 * ((blue - red) / range) + 120 : 60 * ((red - green) / range) + 240;
    });

  for (const from of ['client', 'server']) {
    test(`a user published by WHIP is watched by WHEP, the offer being the ${from}'s`, unlessStolen(async (context: TestContext) => {
      const { url } = await startTestService(context);
      await publish(await open(context, url), 'obs', 120, true);
      const player = await open(context, url);
      await watch(player, `api/rooms/e2e/users/obs/whep?offer=${from}`);
      const changed = await countChangedFrames(player, '#player', 40);
      assert.ok(changed > 10, `${changed} of 40 frames differ from the one before`);
      await player.waitForTimeout(500);
      const received = await readReceived(player, 'held.peer');
      assertWhole(received);
    }));
  }

  test('ICE restarts on both sides by PATCH, and the media goes on', async (context) => {
    const { url } = await startTestService(context);
    const publisher = await open(context, url);
    await publish(publisher, 'obs', 120, true);
    const player = await open(context, url);
    await watch(player, 'api/rooms/e2e/users/obs/whep');
    for (const page of [publisher, player]) {
      const result = await page.evaluate(async () => {
        const { peer, session, answer, etag } = (globalThis as unknown as { held: Held }).held;
        const offer = await peer.createOffer({ iceRestart: true });
        await peer.setLocalDescription(offer);
        const line = (name: string, sdp: string): string => new RegExp(`^a=${name}:.*$`, 'm').exec(sdp)![0].trimEnd();
        const names = ['ice-ufrag', 'ice-pwd'];
        const mid = line('mid', offer.sdp!);
        const body = ['m=audio 9 UDP/TLS/RTP/SAVPF 0', mid, ...names.map((name) => line(name, offer.sdp!)), ''].join('\r\n');
        const headers = { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': '*' };
        const response = await fetch(session, { method: 'PATCH', headers, body });
        const fragment = await response.text();
        let sdp = answer;
        for (const name of names) sdp = sdp.replaceAll(new RegExp(`^a=${name}:.*$`, 'gm'), line(name, fragment));
        await peer.setRemoteDescription({ type: 'answer', sdp });
        return { status: response.status, renewed: response.headers.get('etag') !== etag };
      });
      assert.deepEqual(result, { status: 200, renewed: true });
    }
    for (const page of [publisher, player]) {
      await page.waitForFunction(() => (globalThis as unknown as { held: Held }).held.peer.connectionState === 'connected');
    }
    const changed = await countChangedFrames(player, '#player', 40);
    assert.ok(changed > 10, `${changed} of 40 frames differ after the restarts`);
  });

  test('the viewer of a room sees who speaks, in one stream without a new offer', async (context) => {
    const { url } = await startTestService(context);
    const [red, blue, player] = [await open(context, url), await open(context, url), await open(context, url)];
    await publish(red, 'red', 0, true);
    await publish(blue, 'blue', 240, false);
    await watch(player, 'api/rooms/e2e/whep');
    const near = (hue: number, wanted: number): boolean => Math.abs(((hue - wanted + 540) % 360) - 180) < 30;
    const shown = await hueOf(player);
    assert.ok(near(shown, 0), `red is shown (hue ${shown})`);
    const setLoud = (page: Page, on: boolean): Promise<void> =>
      page.evaluate((value) => (globalThis as unknown as { setLoud: (on: boolean) => void }).setLoud(value), on);
    await Promise.all([setLoud(red, false), setLoud(blue, true)]);
    while (!near(await hueOf(player), 240)) await countChangedFrames(player, '#player', 5);
    const before = await readReceived(player, 'held.peer');
    await countChangedFrames(player, '#player', 40);
    const received = await readReceived(player, 'held.peer');
    assert.ok(received.framesDecoded > before.framesDecoded + 20, 'the picture goes on');
    assert.equal(received.packetsLost, 0, 'the change is no loss');
    assert.ok(received.audioEnergy > before.audioEnergy, 'the other is heard');
  });
});
