// Layers in one stream as viewers get them, who do not negotiate feedback about bandwidth.
import { Vp9Stream } from '../encoders.mjs';
import { allCodecs, videoProducer, withoutBandwidth } from '../media.mjs';

/**
 * A VP9 producer whose stream runs, and a way to send a picture and to make a consumer. It takes no key frame requests,
 * which a worker sends at a pace of its own.
 */
async function open(s, scalabilityMode) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const publisher = await router.createDirectTransport();
  const viewer = await router.createDirectTransport();
  const ssrc = 3001;
  const producer = await publisher.produce(
    videoProducer({ mimeType: 'video/VP9', encodings: [{ ssrc, scalabilityMode }], mid: 'k', feedback: [] }),
  );
  const stream = new Vp9Stream({
    ...{ producer, transport: publisher, ssrc },
    ...{ spatialLayers: Number(scalabilityMode[1]), isKeyOnly: scalabilityMode.endsWith('_KEY') },
  });
  let frame = 0;
  const encode = ({ keyFrame = false, count = 1 } = {}) => {
    for (let i = 0; i < count; i++) stream.encode(++frame, keyFrame);
  };
  await s.settled(encode({ keyFrame: true }));
  const rtpCapabilities = withoutBandwidth(router.rtpCapabilities);
  const consume = (options) => viewer.consume({ producerId: producer.id, rtpCapabilities, ...options });
  return { producer, encode, consume };
}

async function spatialLayers(s, scalabilityMode) {
  const { producer, encode, consume } = await open(s, scalabilityMode);
  s.step('all, from the key frame on');
  const consumer = await consume();
  await s.settled(encode({ count: 2 }), encode({ keyFrame: true }), encode({ count: 4 }));
  for (const spatialLayer of [0, 1]) {
    s.step(`spatial layer ${spatialLayer}`);
    const asked = consumer.setPreferredLayers({ spatialLayer });
    await s.settled(asked, encode({ count: 3 }), encode({ keyFrame: true }), encode({ count: 3 }));
  }
  s.step('what is there');
  await consumer.dump();
  await consumer.getStats();
  await producer.getStats();
}

export default {
  'spatial layers that refer to each other': (s) => spatialLayers(s, 'L3T3'),

  'spatial layers that refer to each other in key frames only': (s) => spatialLayers(s, 'L2T3_KEY'),

  async 'temporal layers'(s) {
    const { encode, consume } = await open(s, 'L1T3');
    const preferred = (temporalLayer) => ({ spatialLayer: 0, temporalLayer });
    s.step('the base layer only');
    const consumer = await consume({ preferredLayers: preferred(0) });
    await s.settled(encode({ keyFrame: true }), encode({ count: 4 }));
    for (const temporalLayer of [2, 1, 0]) {
      s.step(`up to ${temporalLayer}`);
      await s.settled(consumer.setPreferredLayers(preferred(temporalLayer)), encode({ count: 5 }));
    }
    await consumer.dump();
  },

  async 'paused and resumed'(s) {
    const { producer, encode, consume } = await open(s, 'L3T3');
    const consumer = await consume();
    await s.settled(encode({ keyFrame: true }));
    for (const paused of [consumer, producer]) {
      s.step(paused === consumer ? 'the consumer' : 'the producer');
      await s.settled(paused.pause(), encode({ keyFrame: true }));
      await s.settled(paused.resume(), encode(), encode({ keyFrame: true }), encode());
    }
  },

  async 'traces'(s) {
    const { producer, encode, consume } = await open(s, 'L3T3');
    await producer.enableTraceEvent(['rtp', 'keyframe']);
    const consumer = await consume({ paused: true, preferredLayers: { spatialLayer: 1, temporalLayer: 1 } });
    await consumer.enableTraceEvent(['rtp', 'keyframe']);
    await s.settled(consumer.resume(), encode({ keyFrame: true }), encode({ count: 2 }));
  },
};
