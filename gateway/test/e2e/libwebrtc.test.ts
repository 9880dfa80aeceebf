import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { PublishConnection, SubscribeConnection } from '../../src/sdp/index.ts';
import { LibwebrtcPeer, LibwebrtcStream, Picture, waitForPictures } from '../support/libwebrtc.ts';
import { loopback, startRouter } from '../support/router.ts';
import { ufragOf } from '../support/sdp.ts';

/** libwebrtc as devices embed it (here in Node): one peer that sends and one that receives. */
class Device {
  readonly sending = new LibwebrtcPeer();
  readonly receiving = new LibwebrtcPeer();
  readonly publisher: PublishConnection;
  readonly viewer: SubscribeConnection;

  private constructor(publisher: PublishConnection, viewer: SubscribeConnection) {
    this.publisher = publisher;
    this.viewer = viewer;
  }

  static async start(context: TestContext): Promise<Device> {
    const router = await startRouter(context);
    const device = new Device(
      await PublishConnection.create(router, { transport: loopback }),
      await SubscribeConnection.create(router, { transport: loopback }),
    );
    context.after(() => {
      device.sending.close();
      device.receiving.close();
    });
    return device;
  }

  send(context: TestContext, width: number, height: number, stream = new LibwebrtcStream()): RTCRtpTransceiver {
    const picture = new Picture(width, height);
    context.after(() => picture.stop());
    return this.sending.addTransceiver(picture.track, { direction: 'sendonly', streams: [stream] });
  }

  async publish(iceRestart = false): Promise<void> {
    await this.sending.setLocalDescription(await this.sending.createOffer({ iceRestart }));
    const { answer } = await this.publisher.negotiate(this.sending.localDescription!.sdp);
    await this.sending.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  async watch(iceRestart = false): Promise<void> {
    this.viewer.setProducers(this.publisher.tracks.map(({ producer }) => producer));
    this.viewer.setChannels(this.publisher.channels);
    const offer = await this.viewer.createOffer({ iceRestart });
    if (!offer) return;
    await this.receiving.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    await this.receiving.setLocalDescription(await this.receiving.createAnswer());
    await this.viewer.acceptAnswer(this.receiving.localDescription!.sdp);
  }

  track(mid: string): MediaStreamTrack {
    return this.receiving.getTransceivers().find((transceiver) => transceiver.mid === mid)!.receiver.track;
  }
}

test('libwebrtc publishes and watches; tracks come and go', async (context) => {
  const device = await Device.start(context);
  const stream = new LibwebrtcStream();
  const camera = device.send(context, 320, 240, stream);
  await device.publish();
  await device.watch();
  assert.deepEqual(await waitForPictures(device.track('0'), 10), { width: 320, height: 240 });
  assert.equal(device.publisher.tracks[0]!.streamId, stream.id);
  assert.match(device.receiving.remoteDescription!.sdp, new RegExp(`a=msid:${stream.id} `));

  const screen = device.send(context, 160, 120);
  await device.publish();
  await device.watch();
  assert.deepEqual(await waitForPictures(device.track('1'), 10), { width: 160, height: 120 });
  await waitForPictures(device.track('0'), 10);

  screen.stop();
  await device.publish();
  await device.watch();
  assert.deepEqual(device.viewer.tracks.map(({ mid }) => mid), ['0']);
  await waitForPictures(device.track('0'), 10);

  // The place of the screen is taken again on both sides.
  device.send(context, 240, 180);
  await device.publish();
  await device.watch();
  assert.equal(device.sending.localDescription!.sdp.match(/^m=/gm)!.length, 2);
  assert.deepEqual(await waitForPictures(device.track('1'), 10), { width: 240, height: 180 });

  // The first m-section carries the transport: this libwebrtc loses it when that one is stopped, so it goes inactive.
  camera.direction = 'inactive';
  await device.publish();
  await device.watch();
  assert.deepEqual(device.viewer.tracks.map(({ mid }) => mid), ['1']);
  camera.direction = 'sendonly';
  await device.publish();
  await device.watch();
  assert.deepEqual(await waitForPictures(device.track('0'), 10), { width: 320, height: 240 });
});

test('libwebrtc restarts ICE on both sides and the picture goes on', async (context) => {
  const device = await Device.start(context);
  device.send(context, 320, 240);
  await device.publish();
  await device.watch();
  await waitForPictures(device.track('0'), 10);
  const fragments = (): (string | undefined)[] =>
    [device.sending, device.receiving].flatMap((peer) => [ufragOf(peer.localDescription!.sdp), ufragOf(peer.remoteDescription!.sdp)]);
  const before = fragments();
  await device.publish(true);
  await device.watch(true);
  for (const [index, fragment] of fragments().entries()) assert.notEqual(fragment, before[index]);
  await waitForPictures(device.track('0'), 30);
  assert.equal(device.publisher.tracks.length, 1, 'the Producer stayed');
  for (const { transport } of [device.publisher, device.viewer]) {
    assert.ok(['connected', 'completed'].includes(transport.iceState), transport.iceState);
  }
});

test('data channels between libwebrtc peers, none of them announced but in SDP', async (context) => {
  const device = await Device.start(context);
  const chat = device.sending.createDataChannel('chat', { protocol: 'text' });
  await device.publish();
  await once(device.publisher, 'channelopen');
  const arrival = once(device.receiving, 'datachannel');
  await device.watch();
  const [{ channel }] = (await arrival) as [RTCDataChannelEvent];
  assert.deepEqual([channel.label, channel.protocol, channel.ordered], ['chat', 'text', true]);
  const messages: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    channel.onmessage = ({ data }) => messages.push(data) === 3 && resolve();
  });
  chat.send('one');
  chat.send('');
  chat.send('\u{1f600}'.repeat(10_000));
  await all;
  assert.deepEqual(messages, ['one', '', '\u{1f600}'.repeat(10_000)]);

  const closed = new Promise((resolve) => (channel.onclose = resolve));
  device.publisher.close();
  await device.watch();
  await closed;
});
