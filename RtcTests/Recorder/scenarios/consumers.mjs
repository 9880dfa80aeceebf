import { allCodecs, audioProducer, simulcastBySsrc, videoProducer } from '../media.mjs';
import { rtp, vp8 } from '../rtp.mjs';

async function open(s) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const transport = await router.createDirectTransport();
  return { router, transport, rtpCapabilities: router.rtpCapabilities };
}

/** A producer of each type. */
async function produceAll(transport) {
  return {
    audio: await transport.produce(audioProducer({ ssrc: 1001, mid: 'a' })),
    simple: await transport.produce(videoProducer({ encodings: [{ ssrc: 1101, rtx: { ssrc: 1102 } }], mid: 'v' })),
    simulcast: await transport.produce(videoProducer({ encodings: simulcastBySsrc, mid: 's' })),
    svc: await transport.produce(
      videoProducer({ mimeType: 'video/VP9', encodings: [{ ssrc: 1301, scalabilityMode: 'L3T3' }], mid: 'k' }),
    ),
  };
}

export default {
  async 'types, dumps and stats'(s) {
    const { router, transport, rtpCapabilities } = await open(s);
    const producers = await produceAll(transport);
    for (const [title, { id: producerId }] of Object.entries(producers)) {
      s.step(title);
      const consumer = await transport.consume({ producerId, rtpCapabilities });
      await consumer.dump();
      await consumer.getStats();
      const paused = await transport.consume({ producerId, rtpCapabilities, paused: true, enableRtx: false });
      await paused.dump();
    }
    await transport.dump();
    await router.dump();
    await s.worker.dump();
  },

  async 'layers'(s) {
    const { transport, rtpCapabilities } = await open(s);
    const producers = await produceAll(transport);
    for (const [title, { id: producerId }] of Object.entries(producers)) {
      s.step(title);
      const preferredLayers = { spatialLayer: 12, temporalLayer: 1 };
      const consumer = await transport.consume({ producerId, rtpCapabilities, preferredLayers });
      await consumer.setPreferredLayers({ spatialLayer: 1 });
      await consumer.setPreferredLayers({ spatialLayer: 1, temporalLayer: 0 });
      await consumer.setPreferredLayers({ spatialLayer: 200, temporalLayer: 200 });
      await consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 0 });
      await consumer.dump();
      const other = await transport.consume({ producerId, rtpCapabilities, preferredLayers: { spatialLayer: 1 } });
      await other.dump();
    }
  },

  async 'priority, pause and key frames'(s) {
    const { transport, rtpCapabilities } = await open(s);
    const producers = await produceAll(transport);
    for (const [title, { id: producerId }] of Object.entries(producers)) {
      s.step(title);
      const consumer = await transport.consume({ producerId, rtpCapabilities });
      await consumer.setPriority(2);
      await consumer.setPriority(255);
      await s.request('CONSUMER_SET_PRIORITY', consumer.id, 'Consumer_SetPriorityRequest', { priority: 0 });
      await consumer.unsetPriority();
      await consumer.pause();
      await s.request('CONSUMER_PAUSE', consumer.id);
      await consumer.dump();
      await consumer.requestKeyFrame();
      await consumer.resume();
      await s.request('CONSUMER_RESUME', consumer.id);
      await consumer.requestKeyFrame();
      consumer.close();
      await s.request('CONSUMER_DUMP', consumer.id);
    }
    await transport.dump();
  },

  async 'refused'(s) {
    const { router, transport, rtpCapabilities } = await open(s);
    const { audio, simulcast } = await produceAll(transport);
    const consumer = await transport.consume({ producerId: simulcast.id, rtpCapabilities });
    s.step('ids');
    await s.again('TRANSPORT_CONSUME');
    await s.again('TRANSPORT_CONSUME', ({ body }) => (body.consumerId = audio.id));
    await s.again('TRANSPORT_CONSUME', ({ body }) => {
      body.consumerId = 'fresh';
      body.producerId = 'nobody';
    });
    let fresh = 0;
    const change = async (title, action) => {
      s.step(title);
      await s.again('TRANSPORT_CONSUME', ({ body }) => {
        body.consumerId = `fresh${++fresh}`;
        const [encoding] = body.rtpParameters.encodings;
        encoding.ssrc = 7000 + 10 * fresh;
        if (encoding.rtx !== null) encoding.rtx.ssrc = encoding.ssrc + 1;
        action(body, encoding);
      });
    };
    await change('an SSRC that is taken', (body, encoding) => (encoding.ssrc = consumer.rtpParameters.encodings[0].ssrc));
    await change('an RTX SSRC that is taken', (body, encoding) => {
      encoding.rtx.ssrc = consumer.rtpParameters.encodings[0].rtx.ssrc;
    });
    await change('no encodings', ({ rtpParameters }) => (rtpParameters.encodings = []));
    await change('no SSRC', (body, encoding) => (encoding.ssrc = null));
    await change('no codecs', ({ rtpParameters }) => (rtpParameters.codecs = []));
    await change('no consumable encodings', (body) => (body.consumableRtpEncodings = []));
    await change('a consumable encoding without SSRC', (body) => (body.consumableRtpEncodings[0].ssrc = null));
    await change('an extension with id 0', ({ rtpParameters }) => (rtpParameters.headerExtensions[0].id = 0));
    await change('spatial layers that do not match', (body, encoding) => (encoding.scalabilityMode = 'L2T3'));
    await change('simulcast of a codec without', (body) => (body.rtpParameters.codecs[0].mimeType = 'video/AV1'));
    await change('another kind than the producer', (body) => (body.kind = 0));
    await change('no CNAME', ({ rtpParameters }) => (rtpParameters.rtcp.cname = null));
    s.step('nothing is left behind');
    await transport.dump();
    await router.dump();
    await s.worker.dump();
    s.step('closed and closed again');
    consumer.close();
    const fields = { consumerId: consumer.id };
    await s.request('TRANSPORT_CLOSE_CONSUMER', transport.id, 'Transport_CloseConsumerRequest', fields);
    for (const method of ['DUMP', 'GET_STATS', 'PAUSE', 'RESUME', 'REQUEST_KEY_FRAME']) {
      await s.request(`CONSUMER_${method}`, consumer.id);
    }
  },

  async 'a simple consumer forwards'(s) {
    const { transport, rtpCapabilities } = await open(s);
    // Without NACK, which comes by a timer.
    const feedback = [{ type: 'nack', parameter: 'pli' }];
    const simple = await transport.produce(
      videoProducer({ encodings: [{ ssrc: 1101, rtx: { ssrc: 1102 } }], mid: 'v', feedback }),
    );
    const consumer = await transport.consume({ producerId: simple.id, rtpCapabilities });
    const send = (sequence, keyFrame = false, more = {}) =>
      simple.send(
        rtp({
          ...{ payloadType: 112, ssrc: 1101, sequence, timestamp: 3000 * sequence },
          ...{ payload: vp8({ keyFrame, pictureId: sequence }), ...more },
        }),
      );
    s.step('nothing before a key frame, then what came early after it');
    send(1);
    send(2);
    send(5);
    send(3, true);
    await s.event('CONSUMER_RTP', 2);
    s.step('continuing; a hole; late; RTX');
    send(4);
    send(7);
    send(6);
    const lost = [0, 8, ...vp8({ keyFrame: false, pictureId: 8 })];
    simple.send(rtp({ payloadType: 113, ssrc: 1102, sequence: 1, timestamp: 24000, payload: lost }));
    await s.event('CONSUMER_RTP', 3);
    await s.barrier();
    await consumer.getStats();
    s.step('paused and resumed: numbers go on');
    s.ignore('DIRECTTRANSPORT_RTCP');
    await consumer.pause();
    send(9);
    await consumer.resume();
    send(10);
    send(11, true);
    send(12);
    await s.event('CONSUMER_RTP', 2);
    s.step('a copy for another viewer, with its own numbers');
    const other = await transport.consume({ producerId: simple.id, rtpCapabilities, mid: 'other' });
    send(13, true);
    await s.event('CONSUMER_RTP', 2);
    s.note('mid of the other', other.rtpParameters.mid);
    await consumer.dump();
    await transport.getStats();
  },
};
