// What is told of the estimates towards viewers. What is wanted and allowed is recorded, the estimates are not: they
// are each worker's own.
import { Vp8Stream } from '../encoders.mjs';
import { allCodecs, simulcastBySsrc, videoProducer, withRemb } from '../media.mjs';
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
  return { router, viewer, consume };
}

/** Of the streams of a simulcast, at 30 frames a second: about 100, 300 and 900 kbit/s. */
const frameBytes = [400, 1_200, 3_700];

export default {
  async 'layers are added as the viewer says that there is room'(s) {
    const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
    const publisher = await router.createDirectTransport();
    const encodings = simulcastBySsrc.map((encoding) => ({ ...encoding, scalabilityMode: 'L1T1' }));
    const producer = await publisher.produce(videoProducer({ encodings, mid: 's', feedback: [] }));
    const streams = encodings.map(
      (encoding, i) => new Vp8Stream({ producer, transport: publisher, ssrc: encoding.ssrc, frameBytes: frameBytes[i] }),
    );
    const peer = await s.peer();
    const listening = { listenInfo, initialAvailableOutgoingBitrate: 150_000 };
    const viewer = await router.createPlainTransport(listening);
    await viewer.connect({ ip: '127.0.0.1', port: peer.port });
    // What is recorded is that the layers are reached; when they change, and in which steps, hangs on the time.
    s.ignore('PRODUCER_SCORE');
    s.ignore('CONSUMER_SCORE');
    s.ignore('CONSUMER_LAYERS_CHANGE');
    let frame = 0;
    let bitrate = 150_000;
    let consumer = null;
    let sentLayer = null;
    s.hear(({ event, body }) => {
      if (event === 'CONSUMER_LAYERS_CHANGE') sentLayer = body.layers?.spatialLayer ?? null;
    });
    const timer = setInterval(() => {
      if (++frame % 30 === 0) for (const stream of streams) stream.report();
      for (const stream of streams) stream.encode(frame, frame % 15 === 0);
      if (consumer !== null && frame % 15 === 0) {
        const [{ ssrc: mediaSsrc }] = consumer.rtpParameters.encodings;
        peer.send(remb({ ssrc: mediaSsrc, bitrate }), viewer.tuple.localPort);
      }
    }, 33);
    try {
      consumer = await viewer.consume({ producerId: producer.id, rtpCapabilities: withRemb(router.rtpCapabilities) });
      for (const [room, spatialLayer] of [
        [150_000, 0],
        [600_000, 1],
        [3_000_000, 2],
      ]) {
        bitrate = room;
        s.step(`${room} bits a second`);
        const hasAsMuch = ({ layers }) => layers?.spatialLayer === spatialLayer && sentLayer === spatialLayer;
        s.note('!', await s.heard('CONSUMER_LAYERS_CHANGE', hasAsMuch));
      }
    } finally {
      clearInterval(timer);
    }
  },

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
