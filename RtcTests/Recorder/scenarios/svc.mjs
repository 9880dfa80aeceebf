// Layers in one stream as viewers get them, who do not negotiate feedback about bandwidth.
import { DescribedStream, Vp9Stream } from '../encoders.mjs';
import { allCodecs, videoProducer, withoutBandwidth } from '../media.mjs';
import { h264 } from '../rtp.mjs';

const descriptorId = 4;

/** What makes the streams of each codec, and what its producer says beside that. */
const codecs = {
  'video/VP9': { Stream: Vp9Stream },
  'video/AV1': { Stream: DescribedStream, payload: () => [0x10, 0x20, 0x30] },
  'video/H264': {
    Stream: DescribedStream,
    payload: h264,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
  },
};

/**
 * A producer whose stream runs, VP9 unless told otherwise, and a way to send a picture and to make a consumer. It takes
 * no key frame requests, which a worker sends at a pace of its own.
 */
async function open(s, scalabilityMode, mimeType = 'video/VP9') {
  const { Stream, payload, parameters } = codecs[mimeType];
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const publisher = await router.createDirectTransport();
  const viewer = await router.createDirectTransport();
  const ssrc = 3001;
  const producer = await publisher.produce(
    videoProducer({
      ...{ mimeType, parameters, mid: 'k', feedback: [] },
      encodings: [{ ssrc, scalabilityMode }],
      names: ['mid', 'rid', 'repairedRid', 'dependencyDescriptor'],
    }),
  );
  const stream = new Stream({
    ...{ producer, transport: publisher, ssrc, payload, extensionId: descriptorId },
    ...{ spatialLayers: Number(scalabilityMode[1]), isKeyOnly: scalabilityMode.endsWith('_KEY') },
  });
  let frame = 0;
  const encode = ({ keyFrame = false, count = 1, spatialLayers } = {}) => {
    for (let i = 0; i < count; i++) stream.encode(++frame, keyFrame, spatialLayers);
  };
  await s.settled(encode({ keyFrame: true }));
  const rtpCapabilities = withoutBandwidth(router.rtpCapabilities);
  const consume = (options) => viewer.consume({ producerId: producer.id, rtpCapabilities, ...options });
  return { producer, encode, consume };
}

async function spatialLayers(s, scalabilityMode, mimeType) {
  const { producer, encode, consume } = await open(s, scalabilityMode, mimeType);
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

async function temporalLayers(s, mimeType) {
  const { encode, consume } = await open(s, 'L1T3', mimeType);
  const preferred = (temporalLayer) => ({ spatialLayer: 0, temporalLayer });
  s.step('the base layer only');
  const consumer = await consume({ preferredLayers: preferred(0) });
  await s.settled(encode({ keyFrame: true }), encode({ count: 4 }));
  for (const temporalLayer of [2, 1, 0]) {
    s.step(`up to ${temporalLayer}`);
    await s.settled(consumer.setPreferredLayers(preferred(temporalLayer)), encode({ count: 5 }));
  }
  await consumer.dump();
}

/** Longer than the 1.5 s after which a layer counts as gone. */
const silenceMs = 1_700;

async function layerStops(s, mimeType) {
  const { producer, encode, consume } = await open(s, 'L3T3', mimeType);
  const consumer = await consume();
  await s.settled(encode({ keyFrame: true }), encode({ count: 3 }));
  s.step('the highest stops');
  // At which packet that is noticed hangs on the time, and so do the layers until the key frame.
  s.ignore('CONSUMER_RTP');
  s.ignore('CONSUMER_LAYERS_CHANGE');
  await s.apart(async () => {
    for (let passedMs = 0; passedMs < silenceMs; passedMs += 100) {
      encode({ spatialLayers: 2 });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    encode({ keyFrame: true, spatialLayers: 2 });
    encode({ count: 3, spatialLayers: 2 });
  });
  await consumer.dump();
  s.step('it comes back');
  await s.settled(encode(), encode({ keyFrame: true }), encode({ count: 3 }));
  await consumer.dump();
}

export default {
  'spatial layers that refer to each other': (s) => spatialLayers(s, 'L3T3'),

  'spatial layers that refer to each other in key frames only': (s) => spatialLayers(s, 'L2T3_KEY'),

  'spatial layers of AV1': (s) => spatialLayers(s, 'L3T3', 'video/AV1'),

  'spatial layers of AV1 that refer to each other in key frames only': (s) =>
    spatialLayers(s, 'L2T3_KEY', 'video/AV1'),

  'temporal layers': (s) => temporalLayers(s),

  'temporal layers of AV1': (s) => temporalLayers(s, 'video/AV1'),

  'temporal layers of H264': (s) => temporalLayers(s, 'video/H264'),

  'a layer stops and comes back': (s) => layerStops(s, 'video/VP9'),

  'a layer of AV1 stops and comes back': (s) => layerStops(s, 'video/AV1'),

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
