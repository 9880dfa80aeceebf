// What is told of the estimates towards viewers. What is wanted and allowed is recorded, the estimates are not: they
// are each worker's own.
import { Vp8Stream } from '../encoders.mjs';
import { allCodecs, videoProducer, withRemb } from '../media.mjs';

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
  return { router, viewer, consume };
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
    // When events come hangs on the time, so each is waited for by what it says.
    s.ignore('TRANSPORT_TRACE');
    await consume();
    for (const [title, limits, act] of [
      ['not above 100,000', [30_000n, 100_000n], () => viewer.setMaxOutgoingBitrate(100_000)],
      ['not below 50,000', [50_000n, 100_000n], () => viewer.setMinOutgoingBitrate(50_000)],
      ['as much as is wanted', [50_000n, 1_215_000n], () => viewer.setMaxOutgoingBitrate(0)],
    ]) {
      s.step(title);
      await act();
      const isIt = ({ info }) => info.minBitrate === limits[0] && info.maxBitrate === limits[1];
      s.note('!', await s.heard('TRANSPORT_TRACE', isIt));
    }
  },

  async 'a viewer that estimates by itself'(s) {
    const { router, consume } = await open(s, 'bwe');
    s.ignore('TRANSPORT_TRACE');
    await consume({ rtpCapabilities: withRemb(router.rtpCapabilities) });
    s.note('!', await s.heard('TRANSPORT_TRACE', () => true));
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
