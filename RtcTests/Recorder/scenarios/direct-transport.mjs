import { allCodecs, audioProducer, videoProducer } from '../media.mjs';
import { fir, nack, pli, receiverReport, rtp, senderReport, vp8 } from '../rtp.mjs';

async function open(s, options) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const transport = await router.createDirectTransport(options);
  return { router, transport };
}

export default {
  async 'made, dumped and closed'(s) {
    const { router, transport } = await open(s, { maxSendMessageSize: 1024, maxReceiveMessageSize: 512 });
    await transport.dump();
    await transport.getStats();
    await s.may(s.again('ROUTER_CREATE_DIRECTTRANSPORT'));
    s.step('what it cannot do');
    await s.request('TRANSPORT_RESTART_ICE', transport.id);
    await s.request('PLAINTRANSPORT_CONNECT', transport.id, 'PlainTransport_ConnectRequest', { ip: '127.0.0.1', port: 9 });
    await s.request('TRANSPORT_CONNECT', transport.id);
    await s.request('TRANSPORT_SET_MAX_INCOMING_BITRATE', transport.id, 'Transport_SetMaxIncomingBitrateRequest', {
      maxIncomingBitrate: 100_000n,
    });
    await s.again('ROUTER_CREATE_DIRECTTRANSPORT', ({ body }) => {
      body.transportId = 'fresh';
      body.options.base.enableSctp = true;
    });
    transport.close();
    await router.dump();
    await s.worker.dump();
  },

  async 'audio through'(s) {
    const { router, transport } = await open(s);
    const producer = await transport.produce(audioProducer({ ssrc: 1001, mid: 'a' }));
    const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    const send = (sequence, more = {}) =>
      producer.send(rtp({ payloadType: 111, ssrc: 1001, sequence, timestamp: 960 * sequence, ...more }));
    s.step('found by SSRC');
    send(100, { marker: true, extensions: { 1: Buffer.from('a'), 2: [0x7f] } });
    send(101, { extensions: { 2: [0x05] } });
    send(102);
    await s.event('CONSUMER_RTP', 3);
    s.step('an older one, the same again, a jump, padding');
    send(99);
    send(102);
    send(110);
    send(111, { padding: 8 });
    send(112, { payload: [], padding: 16 });
    send(113);
    await s.barrier();
    s.step('far away: twice in a row is a restart');
    send(40_000);
    send(40_001);
    await s.barrier();
    s.step('of another payload type, of another SSRC, too short');
    send(40_002, { payloadType: 99 });
    send(1, { ssrc: 4444 });
    producer.send(Buffer.from([0x80, 111, 0]));
    await producer.getStats();
    await consumer.getStats();
    await transport.getStats();
    await transport.dump();
    await producer.dump();
    await consumer.dump();
    s.step('paused producer, paused consumer');
    await producer.pause();
    send(40_003);
    await producer.resume();
    send(40_004);
    await consumer.pause();
    send(40_005);
    await consumer.resume();
    send(40_006);
    await producer.getStats();
    await consumer.getStats();
  },

  async 'streams by MID and by RID'(s) {
    const { router, transport } = await open(s);
    const audio = await transport.produce({ ...audioProducer({ mid: 'mid-a' }), ...withoutSsrc(audioProducer({ mid: 'mid-a' })) });
    const video = await transport.produce(videoProducer({ mid: 'mid-v', encodings: [{ rid: 'lo' }, { rid: 'hi' }] }));
    await transport.dump();
    s.step('a MID is learnt');
    audio.send(rtp({ payloadType: 111, ssrc: 1, sequence: 1, extensions: { 1: Buffer.from('mid-a') } }));
    await s.event('PRODUCER_SCORE');
    audio.send(rtp({ payloadType: 111, ssrc: 1, sequence: 2 }));
    s.step('a RID is learnt, in each stream');
    const payload = vp8({ keyFrame: true });
    const frame = { payloadType: 112, sequence: 1, payload };
    video.send(rtp({ ...frame, ssrc: 2, extensions: { 1: Buffer.from('mid-v'), 2: Buffer.from('lo') } }));
    video.send(rtp({ ...frame, ssrc: 3, extensions: { 1: Buffer.from('mid-v'), 2: Buffer.from('hi') } }));
    video.send(rtp({ ...frame, ssrc: 4, extensions: { 1: Buffer.from('mid-v'), 2: Buffer.from('no') } }));
    video.send(rtp({ ...frame, ssrc: 5, extensions: { 1: Buffer.from('other'), 2: Buffer.from('hi') } }));
    video.send(rtp({ ...frame, ssrc: 6, extensions: { 2: Buffer.from('hi') } }));
    video.send(rtp({ payloadType: 113, ssrc: 7, sequence: 1, payload: [0, 2, ...payload], extensions: { 3: Buffer.from('lo') } }));
    await transport.dump();
    await video.dump();
    await video.getStats();
    await audio.dump();
    await router.dump();
  },

  async 'RTCP through'(s) {
    const { router, transport } = await open(s);
    const producer = await transport.produce(videoProducer({ encodings: [{ ssrc: 1001, rtx: { ssrc: 1002 } }] }));
    const { rtpParameters } = await transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    const [{ ssrc }] = rtpParameters.encodings;
    s.step('no key frame at first: it is asked for');
    producer.send(rtp({ payloadType: 112, ssrc: 1001, sequence: 1, payload: vp8({ keyFrame: false }) }));
    await s.event('DIRECTTRANSPORT_RTCP');
    producer.send(rtp({ payloadType: 112, ssrc: 1001, sequence: 2, timestamp: 1, payload: vp8({ keyFrame: true }) }));
    await s.event('CONSUMER_RTP');
    s.step('PLI and FIR of the viewer become PLI of the producer');
    transport.sendRtcp(pli({ ssrc }));
    await s.event('DIRECTTRANSPORT_RTCP');
    producer.send(rtp({ payloadType: 112, ssrc: 1001, sequence: 3, timestamp: 2, payload: vp8({ keyFrame: true, pictureId: 2 }) }));
    transport.sendRtcp(fir({ ssrc }));
    await s.event('DIRECTTRANSPORT_RTCP');
    s.step('a NACK brings the packet again, and once only');
    await s.barrier();
    await s.event('CONSUMER_RTP');
    for (let i = 0; i < 2; i++) transport.sendRtcp(nack({ ssrc, packetId: s.firstSequence(ssrc), mask: 1 }));
    await s.event('CONSUMER_RTP', 2);
    transport.sendRtcp(pli({ ssrc: 4444 }));
    s.step('reports and garbage');
    transport.sendRtcp(senderReport({ ssrc: 1001, timestamp: 2, packets: 3, octets: 100 }));
    transport.sendRtcp(receiverReport({ ssrc, fractionLost: 64, lost: 3, highest: 3 }));
    transport.sendRtcp(Buffer.from('chicken is no packet'));
    await producer.getStats();
    await transport.getStats();
    await transport.dump();
  },
};

function withoutSsrc({ rtpParameters }) {
  return { rtpParameters: { ...rtpParameters, encodings: [{}] } };
}
