// Simulcast as viewers get it. Consumers do not negotiate feedback about bandwidth, so they get the layers they prefer.
import { Vp8Stream } from '../encoders.mjs';
import { allCodecs, simulcastBySsrc, videoProducer, withoutBandwidth } from '../media.mjs';
import { fir, nack, pli } from '../rtp.mjs';

const pliOnly = [{ type: 'nack', parameter: 'pli' }];

/**
 * A producer with three streams that run, and a way to send a frame of each and to make a consumer. It takes no key
 * frame requests, which a worker sends at a pace of its own, unless feedback says so.
 */
async function open(s, { temporalLayers = 1, feedback = [], dtx = true } = {}) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const publisher = await router.createDirectTransport();
  const viewer = await router.createDirectTransport();
  // With DTX it takes 5 s without packets, not 1.5 s, until a stream is taken for dead.
  const scalabilityMode = `L1T${temporalLayers}`;
  const encodings = simulcastBySsrc.map((encoding) => ({ ...encoding, scalabilityMode, dtx }));
  const producer = await publisher.produce(videoProducer({ encodings, mid: 's', feedback }));
  const streams = encodings.map(({ ssrc }) => new Vp8Stream({ producer, transport: publisher, ssrc, temporalLayers }));
  let frame = 0;
  const encode = ({ keyFrame = false, of = streams } = {}) => {
    frame++;
    for (const stream of of) stream.encode(frame, keyFrame);
  };
  encode({ keyFrame: true });
  // Viewers can be switched once the clock of the sender is known.
  for (let i = 0; i < 3; i++) {
    for (const stream of streams) stream.report();
    await s.settled(encode());
  }
  const rtpCapabilities = withoutBandwidth(router.rtpCapabilities);
  const consume = (options) => viewer.consume({ producerId: producer.id, rtpCapabilities, ...options });
  return { publisher, viewer, producer, streams, encode, consume };
}

export default {
  async 'spatial layers'(s) {
    const { producer, encode, consume } = await open(s);
    s.step('the highest, from its key frame on');
    const consumer = await consume();
    await s.settled(encode(), encode({ keyFrame: true }), encode());
    for (const [title, spatialLayer] of [
      ['the lowest', 0],
      ['between', 1],
    ]) {
      s.step(title);
      const asked = consumer.setPreferredLayers({ spatialLayer });
      await s.settled(asked, encode(), encode({ keyFrame: true }), encode());
    }
    s.step('what is there');
    await consumer.dump();
    await consumer.getStats();
    await producer.getStats();
  },

  async 'temporal layers'(s) {
    const { encode, consume } = await open(s, { temporalLayers: 3 });
    const preferred = (temporalLayer) => ({ spatialLayer: 1, temporalLayer });
    s.step('begun with the base layer only');
    const consumer = await consume({ preferredLayers: preferred(0) });
    await s.settled(encode({ keyFrame: true }), encode(), encode(), encode(), encode());
    for (const temporalLayer of [2, 1, 0]) {
      s.step(`up to ${temporalLayer}`);
      const asked = consumer.setPreferredLayers(preferred(temporalLayer));
      await s.settled(asked, encode(), encode(), encode(), encode(), encode());
    }
    await consumer.dump();
  },

  async 'paused and resumed'(s) {
    const { producer, encode, consume } = await open(s);
    const consumer = await consume();
    await s.settled(encode({ keyFrame: true }));
    for (const paused of [consumer, producer]) {
      s.step(paused === consumer ? 'the consumer' : 'the producer');
      await s.settled(paused.pause(), encode({ keyFrame: true }));
      await consumer.dump();
      await s.settled(paused.resume(), encode(), encode({ keyFrame: true }), encode());
    }
    s.step('other layers while paused');
    await consumer.pause();
    await s.settled(consumer.setPreferredLayers({ spatialLayer: 0 }), encode());
    await s.settled(consumer.resume(), encode({ keyFrame: true }));
  },

  async 'streams stop and come back'(s) {
    const { producer, streams, encode, consume } = await open(s, { dtx: false });
    const consumer = await consume();
    await s.settled(encode({ keyFrame: true }));
    s.step('all stop');
    await s.apart(() => s.event('PRODUCER_SCORE', 6));
    await consumer.dump();
    await producer.getStats();
    s.step('one after another comes back');
    for (const stream of streams) {
      encode({ of: [stream] });
      encode({ of: [stream], keyFrame: true });
    }
    await s.settled(encode());
    await consumer.dump();
  },

  async 'key frames that are asked for'(s) {
    const { viewer, encode, consume } = await open(s, { feedback: pliOnly });
    s.step('of the layer that is wanted');
    const consumer = await consume({ preferredLayers: { spatialLayer: 1 } });
    await s.event('DIRECTTRANSPORT_RTCP');
    await s.settled(encode({ keyFrame: true }));
    // A stream is asked at a pace that is the worker's own, so the answer may come first.
    const asked = (ask) =>
      s.apart(async () => {
        await ask();
        await s.event('DIRECTTRANSPORT_RTCP');
      });
    s.step('of the layer that is sent');
    await asked(() => consumer.requestKeyFrame());
    await s.settled(encode({ keyFrame: true }));
    s.step('of the new layer');
    await asked(() => consumer.setPreferredLayers({ spatialLayer: 2 }));
    s.step('by the viewer, while another layer is waited for');
    const [{ ssrc }] = consumer.rtpParameters.encodings;
    await asked(() => viewer.sendRtcp(pli({ ssrc })));
    await s.settled(encode({ keyFrame: true }));
    s.step('by nobody who is paused');
    await consumer.pause();
    await consumer.requestKeyFrame();
    viewer.sendRtcp(pli({ ssrc }));
    await s.barrier();
  },

  async 'traces'(s) {
    const { viewer, producer, encode, consume } = await open(s, { temporalLayers: 3, feedback: pliOnly });
    await producer.enableTraceEvent(['rtp', 'keyframe', 'pli']);
    const consumer = await consume({ paused: true });
    await consumer.enableTraceEvent(['rtp', 'keyframe', 'nack', 'pli', 'fir']);
    s.ignore('DIRECTTRANSPORT_RTCP');
    s.step('begun');
    await s.settled(consumer.resume(), encode({ keyFrame: true }), encode());
    s.step('feedback');
    const [{ ssrc }] = consumer.rtpParameters.encodings;
    viewer.sendRtcp(nack({ ssrc, packetId: s.firstSequence(ssrc) }));
    await s.barrier();
    viewer.sendRtcp(fir({ ssrc }));
    await s.event('PRODUCER_TRACE', 8);
  },
};
