// What is told of the estimates towards viewers. What is wanted and allowed is recorded, the estimates are not: they
// are each worker's own.
import { Vp8Stream } from '../encoders.mjs';
import { allCodecs, videoProducer, withRemb } from '../media.mjs';
import { remb } from '../rtp.mjs';

const listenInfo = { protocol: 'udp', ip: '127.0.0.1' };
const ssrc = 1001;
const feedback = [{ type: 'nack', parameter: 'pli' }];

/** A producer that wants 900,000 bits a second, and a transport towards a viewer that tells events of one kind. */
async function open(s, traced) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const publisher = await router.createDirectTransport();
  const encodings = [{ ssrc, maxBitrate: 900_000 }];
  const producer = await publisher.produce(videoProducer({ encodings, mid: 'v', feedback }));
  new Vp8Stream({ producer, transport: publisher, ssrc }).encode(1, true);
  const peer = await s.peer();
  const viewer = await router.createPlainTransport({ listenInfo });
  await viewer.connect({ ip: '127.0.0.1', port: peer.port });
  await viewer.enableTraceEvent([traced]);
  s.ignore('DIRECTTRANSPORT_RTCP');
  const consume = (options) =>
    viewer.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities, ...options });
  return { router, viewer, peer, consume };
}

export default {
  async 'estimates are told'(s) {
    const { viewer, consume } = await open(s, 'bwe');
    s.step('from the first video consumer on, about once a second');
    await s.apart(async () => {
      await consume();
      await s.event('TRANSPORT_TRACE', 2);
    });
    s.step('not any more');
    await viewer.enableTraceEvent([]);
    await viewer.dump();
  },

  async 'limits'(s) {
    const { viewer, consume } = await open(s, 'bwe');
    await s.apart(async () => {
      await consume();
      await s.event('TRANSPORT_TRACE');
    });
    for (const [title, act] of [
      ['not above 100,000', () => viewer.setMaxOutgoingBitrate(100_000)],
      ['not below 50,000', () => viewer.setMinOutgoingBitrate(50_000)],
      ['as much as there is', () => viewer.setMaxOutgoingBitrate(0)],
    ]) {
      s.step(title);
      await s.apart(async () => {
        await act();
        await s.event('TRANSPORT_TRACE');
      });
    }
  },

  async 'a viewer that estimates by itself'(s) {
    const { router, viewer, peer, consume } = await open(s, 'bwe');
    const { rtpParameters } = await s.apart(async () => {
      const consumer = await consume({ rtpCapabilities: withRemb(router.rtpCapabilities) });
      await s.event('TRANSPORT_TRACE');
      return consumer;
    });
    const ssrcs = [rtpParameters.encodings[0].ssrc];
    for (const bitrate of [300_000, 2_000_000, 40_000]) {
      s.step(`${bitrate} bits a second`);
      await s.apart(async () => {
        await peer.send(remb({ bitrate, ssrcs }), viewer.tuple.localPort);
        await s.event('TRANSPORT_TRACE');
      });
    }
  },

  async 'the link is probed'(s) {
    const { viewer, consume } = await open(s, 'probation');
    await s.apart(async () => {
      await consume();
      await s.event('TRANSPORT_TRACE');
      await viewer.enableTraceEvent([]);
    });
  },
};
