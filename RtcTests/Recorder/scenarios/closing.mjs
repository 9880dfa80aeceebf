import { allCodecs, audioProducer, simulcastBySsrc, videoProducer } from '../media.mjs';

const listenInfo = { protocol: 'udp', ip: '127.0.0.1' };

/** A router with a producer on one transport, consumers on others, data, and an observer. */
async function openRoom(s) {
  const webRtcServer = await s.worker.createWebRtcServer({ listenInfos: [listenInfo] });
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const publisher = await router.createWebRtcTransport({ webRtcServer, enableSctp: true });
  const viewer = await router.createWebRtcTransport({ webRtcServer, enableSctp: true });
  const pipe = await router.createPipeTransport({ listenInfo, enableSctp: true });
  const { rtpCapabilities } = router;
  const audio = await publisher.produce(audioProducer({ ssrc: 1001, mid: 'a' }));
  const video = await publisher.produce(videoProducer({ encodings: simulcastBySsrc, mid: 'v' }));
  const data = await publisher.produceData({ sctpStreamParameters: { streamId: 1 } });
  for (const { id: producerId } of [audio, video]) {
    await viewer.consume({ producerId, rtpCapabilities });
    await pipe.consume({ producerId });
  }
  await viewer.consumeData({ dataProducerId: data.id });
  await pipe.consumeData({ dataProducerId: data.id });
  const observer = await router.createActiveSpeakerObserver();
  await observer.addProducer({ producerId: audio.id });
  await s.event('ACTIVESPEAKEROBSERVER_DOMINANT_SPEAKER');
  return { webRtcServer, router, publisher, viewer, pipe, audio, video, data, observer };
}

/** Who is told what when this one goes, and what is left. */
const closing = (choose) =>
  async function close(s) {
    const room = await openRoom(s);
    s.step('closed');
    choose(room).close();
    await s.barrier();
    s.step('what is left');
    await s.worker.dump();
    await s.request('ROUTER_DUMP', room.router.id);
    await s.request('WEBRTCSERVER_DUMP', room.webRtcServer.id);
    for (const transport of [room.publisher, room.viewer, room.pipe]) await s.request('TRANSPORT_DUMP', transport.id);
  };

export default {
  'a producer': closing(({ audio }) => audio),
  'a data producer': closing(({ data }) => data),
  'the publishing transport': closing(({ publisher }) => publisher),
  'a viewing transport': closing(({ viewer }) => viewer),
  'a pipe': closing(({ pipe }) => pipe),
  'an observer': closing(({ observer }) => observer),
  'a server': closing(({ webRtcServer }) => webRtcServer),
  'a router': closing(({ router }) => router),
};
