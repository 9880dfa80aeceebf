import { allCodecs, videoProducer } from '../media.mjs';
import { fir, nack, pli, rtp, senderReport, vp8 } from '../rtp.mjs';

async function open(s, feedback = videoFeedbackWithoutRemb) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const transport = await router.createDirectTransport();
  const producer = await transport.produce(
    videoProducer({ encodings: [{ ssrc: 1001, rtx: { ssrc: 1002 } }], mid: 'v', feedback }),
  );
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
  const send = (sequence, keyFrame) =>
    producer.send(
      rtp({
        ...{ payloadType: 112, ssrc: 1001, sequence, timestamp: 3000 * sequence, marker: true },
        payload: vp8({ keyFrame, pictureId: sequence }),
        extensions: { 1: Buffer.from('v'), 4: [1] },
      }),
    );
  return { transport, producer, consumer, send };
}

const videoFeedbackWithoutRemb = [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
];

export default {
  async 'what is traced is dumped'(s) {
    const { producer, consumer } = await open(s);
    for (const types of [['rtp', 'pli'], ['keyframe', 'nack', 'fir', 'rtp', 'pli', 'sr'], ['chicken'], []]) {
      await s.may(producer.enableTraceEvent(types));
      await producer.dump();
      await s.may(consumer.enableTraceEvent(types));
      await consumer.dump();
    }
  },

  async 'a producer'(s) {
    const { transport, producer, send } = await open(s);
    await producer.enableTraceEvent(['rtp', 'keyframe', 'nack', 'pli', 'fir', 'sr']);
    s.step('a key frame is asked for');
    send(1, false);
    await s.event('PRODUCER_TRACE', 2);
    s.step('a key frame and what follows');
    send(2, true);
    send(3, false);
    await s.event('PRODUCER_TRACE', 2);
    s.step('a sender report');
    transport.sendRtcp(senderReport({ ssrc: 1001, timestamp: 9000, packets: 3, octets: 99 }));
    await s.event('PRODUCER_TRACE');
    s.step('one lost, asked for, and sent again');
    send(5, false);
    await s.event('DIRECTTRANSPORT_RTCP', 2);
    const payload = [0, 4, ...vp8({ keyFrame: false, pictureId: 4 })];
    producer.send(rtp({ payloadType: 113, ssrc: 1002, sequence: 1, timestamp: 12000, payload }));
    await s.barrier();
    s.step('only key frames');
    await producer.enableTraceEvent(['keyframe']);
    send(6, false);
    send(7, true);
    await s.event('PRODUCER_TRACE', 4);
  },

  async 'a producer that takes full intra requests'(s) {
    const { producer, send } = await open(s, [{ type: 'ccm', parameter: 'fir' }]);
    await producer.enableTraceEvent(['pli', 'fir']);
    send(1, false);
    await s.event('PRODUCER_TRACE');
    await producer.getStats();
  },

  async 'a consumer'(s) {
    const { transport, consumer, send } = await open(s);
    await consumer.enableTraceEvent(['rtp', 'keyframe', 'nack', 'pli', 'fir']);
    send(1, true);
    send(2, false);
    await s.event('CONSUMER_TRACE', 2);
    await s.event('CONSUMER_RTP', 2);
    const [{ ssrc }] = consumer.rtpParameters.encodings;
    s.step('feedback');
    transport.sendRtcp(nack({ ssrc, packetId: s.firstSequence(ssrc) }));
    transport.sendRtcp(pli({ ssrc }));
    transport.sendRtcp(fir({ ssrc }));
    await s.event('CONSUMER_TRACE', 4);
    await s.barrier();
    s.step('paused');
    await consumer.pause();
    send(3, false);
    transport.sendRtcp(pli({ ssrc }));
    await s.barrier();
  },
};
