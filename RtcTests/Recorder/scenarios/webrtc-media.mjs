// Two WebRtcTransports that meet: an ICE-lite agent never begins, so a relay sends the checks for both and carries what
// they then say to each other. All of ICE, DTLS, SRTP and SCTP is real.
import { allCodecs, audioProducer, videoProducer } from '../media.mjs';
import { rtp, vp8 } from '../rtp.mjs';
import { bindingRequest } from '../stun.mjs';

const listenInfos = [{ protocol: 'udp', ip: '127.0.0.1' }];
const roles = ['client', 'server'];
const isStun = (packet) => packet[0] < 2;

async function openPair(s, { options = {}, fingerprints = [], states = 4 } = {}) {
  const routers = [];
  const transports = [];
  for (let i = 0; i < 2; i++) {
    routers.push(await s.worker.createRouter({ mediaCodecs: allCodecs }));
    transports.push(await routers[i].createWebRtcTransport({ listenInfos, ...options }));
  }
  const peers = [await s.peer(), await s.peer()];
  const ports = transports.map((transport) => transport.iceCandidates[0].port);
  peers.forEach((peer, index) =>
    peer.onPacket((packet) => {
      if (!isStun(packet)) peers[1 - index].send(packet, ports[1 - index]);
    }),
  );
  const connect = () =>
    s.apart(async () => {
      for (const [index, transport] of transports.entries()) {
        const other = fingerprints[index] ?? transports[1 - index].dtlsParameters.fingerprints;
        await transport.connect({ dtlsParameters: { role: roles[index], fingerprints: other } });
      }
      for (const [index, transport] of transports.entries()) {
        await peers[index].send(bindingRequest(transport.iceParameters, { useCandidate: true }), ports[index]);
      }
      await s.event('WEBRTCTRANSPORT_DTLS_STATE_CHANGE', states);
    });
  return { routers, transports, connect };
}

export default {
  async 'DTLS connects'(s) {
    const { transports, connect } = await openPair(s);
    await connect();
    for (const transport of transports) await transport.dump();
    s.step('one side closes');
    await s.apart(async () => {
      transports[0].close();
      await s.event('WEBRTCTRANSPORT_DTLS_STATE_CHANGE');
    });
    await transports[1].dump();
  },

  async 'a fingerprint that is not that of the peer'(s) {
    const wrong = { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') };
    const { transports, connect } = await openPair(s, { fingerprints: [[wrong], undefined], states: 3 });
    await connect();
    await s.barrier();
    await transports[0].dump();
  },

  async 'audio and video across'(s) {
    const { routers, transports, connect } = await openPair(s);
    const direct = await routers[0].createDirectTransport();
    const audio = await direct.produce(audioProducer({ ssrc: 1001, mid: 'a' }));
    const video = await direct.produce(videoProducer({ encodings: [{ ssrc: 1101 }], mid: 'v', feedback: [] }));
    const { rtpCapabilities } = routers[0];
    const remote = [];
    for (const { id: producerId } of [audio, video]) {
      const { kind, rtpParameters } = await transports[0].consume({ producerId, rtpCapabilities });
      remote.push(await transports[1].produce({ kind, rtpParameters }));
    }
    await connect();
    s.step('packets');
    await s.apart(async () => {
      for (let i = 1; i < 4; i++) {
        audio.send(rtp({ payloadType: 111, ssrc: 1001, sequence: i, timestamp: 960 * i, extensions: { 2: [0x90] } }));
        const payload = vp8({ keyFrame: i === 1, pictureId: i });
        video.send(rtp({ payloadType: 112, ssrc: 1101, sequence: i, timestamp: 3000 * i, payload }));
      }
      await s.event('PRODUCER_SCORE', 4);
    });
    for (const producer of remote) await producer.dump();
  },

  async 'SCTP across'(s) {
    const { routers, transports, connect } = await openPair(s, { options: { enableSctp: true } });
    const direct = [await routers[0].createDirectTransport(), await routers[1].createDirectTransport()];
    await connect();
    s.step('an association');
    const source = await direct[0].produceData();
    const { consumer, producer } = await s.apart(async () => {
      const leaving = await transports[0].consumeData({ dataProducerId: source.id });
      const arriving = await transports[1].produceData({ sctpStreamParameters: leaving.sctpStreamParameters });
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
      return { consumer: leaving, producer: arriving };
    });
    const sink = await direct[1].consumeData({ dataProducerId: producer.id });
    s.step('messages');
    source.send('hello');
    await s.event('DATACONSUMER_MESSAGE');
    await consumer.dump();
    await sink.getStats();
    s.step('the stream is reset when its data producer goes');
    await s.apart(async () => {
      source.close();
      await s.event('DATACONSUMER_DATAPRODUCER_CLOSE');
    });
    await transports[0].dump();
    s.step('the transport goes');
    await s.apart(async () => {
      transports[0].close();
      await s.told('TRANSPORT_SCTP_STATE_CHANGE', { sctpState: 4 }, transports.map(({ id }) => id));
    });
    await transports[1].dump();
  },
};
