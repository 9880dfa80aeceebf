import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import type { types } from 'mediasoup';
import { MediaStreamTrack, RTCPeerConnection, type RTCDataChannel } from 'werift';
import { PublishConnection, publish, subscribe, type SubscribeConnection } from '../../src/sdp/index.ts';
import { LibwebrtcPeer, LibwebrtcStream, Picture, waitForPictures } from '../support/libwebrtc.ts';
import { loopback, startRouter } from '../support/router.ts';
import { ufragOf } from '../support/sdp.ts';

/** What werift and libwebrtc have in common of a peer connection. */
interface Answerer {
  setRemoteDescription(description: { type: 'offer'; sdp: string }): Promise<void>;
  createAnswer(): Promise<unknown>;
  setLocalDescription(description: never): Promise<unknown>;
  localDescription: { sdp: string } | null | undefined;
}

/** Lets a peer watch the Producers. */
async function watch(router: types.Router, producers: types.Producer[], peer: Answerer): Promise<SubscribeConnection> {
  const { connection, offer } = await subscribe(router, producers, { transport: loopback });
  await peer.setRemoteDescription({ type: 'offer', sdp: offer!.sdp });
  await peer.setLocalDescription((await peer.createAnswer()) as never);
  await connection.acceptAnswer(peer.localDescription!.sdp);
  return connection;
}

test('werift, a stack of its own, receives a picture and sends it on', async (context: TestContext) => {
  const router = await startRouter(context, ['VP8']);
  const peers = [new LibwebrtcPeer(), new LibwebrtcPeer()] as const;
  const relay = [new RTCPeerConnection(), new RTCPeerConnection()] as const;
  context.after(async () => {
    for (const peer of peers) peer.close();
    for (const peer of relay) await peer.close();
  });
  const [source, viewer] = peers;
  const picture = new Picture(320, 240);
  context.after(() => picture.stop());
  source.addTransceiver(picture.track, { direction: 'sendonly', streams: [new LibwebrtcStream()] });
  await source.setLocalDescription(await source.createOffer());
  const original = await publish(router, source.localDescription!.sdp, { transport: loopback });
  await source.setRemoteDescription({ type: 'answer', sdp: original.answer });

  const [receiving, sending] = relay;
  await watch(router, [original.added[0]!.producer], receiving as unknown as Answerer);
  const [received] = receiving.getTransceivers();
  const copy = new MediaStreamTrack({ kind: 'video' });
  const sender = sending.addTransceiver(copy, { direction: 'sendonly' }).sender;
  const { track } = received!.receiver;
  track.onReceiveRtp.subscribe((packet) => copy.writeRtp(packet.clone()));
  sender.onPictureLossIndication.subscribe(() => void received!.receiver.sendRtcpPLI(track.ssrc!));
  await sending.setLocalDescription(await sending.createOffer());
  const relayed = await publish(router, sending.localDescription!.sdp, { transport: loopback });
  await sending.setRemoteDescription({ type: 'answer', sdp: relayed.answer });

  await watch(router, [relayed.added[0]!.producer], viewer as unknown as Answerer);
  const size = await waitForPictures(viewer.getTransceivers()[0]!.receiver.track, 10);
  assert.deepEqual(size, { width: 320, height: 240 });
});

test('data channels of werift, which counts streams by the ICE role, and our ICE restart under them', async (context) => {
  const router = await startRouter(context);
  const [sending, receiving] = [new RTCPeerConnection(), new RTCPeerConnection()];
  context.after(async () => {
    await sending.close();
    await receiving.close();
  });
  const chat = sending.createDataChannel('chat', { protocol: 'text' });
  const acknowledged = new Promise<void>((resolve) => (chat.onopen = () => resolve()));
  await sending.setLocalDescription(await sending.createOffer());
  const publisher = await PublishConnection.create(router, { transport: loopback });
  const opened = once(publisher, 'channelopen');
  const { answer } = await publisher.negotiate(sending.localDescription!.sdp);
  await sending.setRemoteDescription({ type: 'answer', sdp: answer });
  await Promise.all([opened, acknowledged]);

  const arrival = new Promise<RTCDataChannel>((resolve) => receiving.onDataChannel.subscribe(resolve));
  const { connection, offer } = await subscribe(router, [], { transport: loopback, channels: publisher.channels });
  await receiving.setRemoteDescription({ type: 'offer', sdp: offer!.sdp });
  await receiving.setLocalDescription(await receiving.createAnswer());
  await connection.acceptAnswer(receiving.localDescription!.sdp);
  const channel = await arrival;
  assert.deepEqual([channel.label, channel.protocol], ['chat', 'text']);
  const message = new Promise((resolve) => channel.onMessage.subscribe(resolve));
  chat.send('hello');
  assert.equal(String(await message), 'hello');

  // We restart ICE, and the same channel goes on. The other way round werift cannot: the answer to a restart of its own
  // makes it change its credentials once more, which nobody is told.
  const again = await connection.createOffer({ iceRestart: true });
  await receiving.setRemoteDescription({ type: 'offer', sdp: again!.sdp });
  await receiving.setLocalDescription(await receiving.createAnswer());
  await connection.acceptAnswer(receiving.localDescription!.sdp);
  assert.notEqual(ufragOf(again!.sdp), ufragOf(offer!.sdp));
  const later = new Promise((resolve) => channel.onMessage.subscribe(resolve));
  chat.send('still here');
  assert.equal(String(await later), 'still here');
});
