// In which order a worker answers and tells: one test a rule. Applications lean on these, because Node resolves an
// answer at once and tells a notification a turn later.
//
//   node --test RtcTests/Recorder/ordering.test.mjs
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Vp8Stream } from './encoders.mjs';
import { allCodecs, audioProducer, videoProducer, withoutBandwidth } from './media.mjs';
import { rtp, vp8 } from './rtp.mjs';
import { Session } from './session.mjs';
import { bindingRequest } from './stun.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const workerBin = process.env.MEDIASOUP_WORKER_BIN ?? join(root, 'dist', 'mediasoup-worker');
const listenInfo = { protocol: 'udp', ip: '127.0.0.1' };
const fingerprint = { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') };

/** Runs a room and returns what the worker said after the last step: "= METHOD" and "! EVENT", in order. */
function rule(title, expected, play) {
  test(title, { timeout: 60_000 }, async () => {
    const session = await Session.open(workerBin);
    try {
      const router = await session.worker.createRouter({ mediaCodecs: allCodecs });
      await play(session, router);
      await session.barrier();
      const [, last] = session.text.split(/\n# now\n/);
      const said = [...last.matchAll(/^([=!] \w+)/gm)].map(([, line]) => line);
      assert.deepEqual(said, expected);
    } finally {
      await session.close();
    }
  });
}

/** Two streams of a simulcast that run, and a consumer of the first, without feedback about bandwidth. */
async function openSimulcast(s, router, { preferred = 0, ...options } = {}) {
  const publisher = await router.createDirectTransport();
  const viewer = await router.createDirectTransport();
  const encodings = [{ ssrc: 1 }, { ssrc: 3 }];
  const producer = await publisher.produce(videoProducer({ encodings, mid: 'v' }));
  const streams = encodings.map(({ ssrc }) => new Vp8Stream({ producer, transport: publisher, ssrc }));
  let frame = 0;
  const encode = async (keyFrame = false) => {
    frame++;
    for (const stream of streams) stream.encode(frame, keyFrame);
    await s.barrier();
  };
  await encode(true);
  // Viewers can be switched once the clock of the sender is known.
  for (let i = 0; i < 3; i++) {
    for (const stream of streams) stream.report();
    await s.barrier();
  }
  const consumer = await viewer.consume({
    ...{ producerId: producer.id, rtpCapabilities: withoutBandwidth(router.rtpCapabilities) },
    ...{ preferredLayers: { spatialLayer: preferred }, ...options },
  });
  return { producer, consumer, encode };
}

/** A video producer on a direct transport with consumers, and a way to send through it. */
async function openVideo(router, consumers = 1) {
  const direct = await router.createDirectTransport();
  const producer = await direct.produce(videoProducer({ encodings: [{ ssrc: 1 }], mid: 'v' }));
  const { rtpCapabilities } = router;
  for (let i = 0; i < consumers; i++) await direct.consume({ producerId: producer.id, rtpCapabilities });
  const send = (sequence) =>
    producer.send(rtp({ payloadType: 112, ssrc: 1, sequence, payload: vp8({ keyFrame: true, pictureId: sequence }) }));
  return { direct, producer, rtpCapabilities, send };
}

rule('a consumer of a paused producer is told so before the answer',
  ['! CONSUMER_PRODUCER_PAUSE', '= TRANSPORT_CONSUME'], async (s, router) => {
    const { direct, producer, rtpCapabilities } = await openVideo(router, 0);
    await producer.pause();
    s.step('now');
    const consumer = await direct.consume({ producerId: producer.id, rtpCapabilities });
    assert.equal(consumer.producerPaused, true);
  });

for (const act of ['pause', 'resume', 'close']) {
  rule(`consumers hear that their producer was told to ${act} before the answer`,
    [
      ...Array.from({ length: 2 }, () => `! CONSUMER_PRODUCER_${act.toUpperCase()}`),
      act === 'close' ? '= TRANSPORT_CLOSE_PRODUCER' : `= PRODUCER_${act.toUpperCase()}`,
    ],
    async (s, router) => {
      const { producer } = await openVideo(router, 2);
      if (act === 'resume') await producer.pause();
      s.step('now');
      await producer[act]();
    });
}

rule('data consumers hear that their data producer goes before the answer',
  ['! DATACONSUMER_DATAPRODUCER_CLOSE', '= TRANSPORT_CLOSE_DATAPRODUCER'], async (s, router) => {
    const direct = await router.createDirectTransport();
    const producer = await direct.produceData();
    await direct.consumeData({ dataProducerId: producer.id });
    s.step('now');
    producer.close();
  });

for (const act of ['pause', 'resume']) {
  rule(`data consumers hear that their data producer was told to ${act} before the answer`,
    [`! DATACONSUMER_DATAPRODUCER_${act.toUpperCase()}`, `= DATAPRODUCER_${act.toUpperCase()}`], async (s, router) => {
      const direct = await router.createDirectTransport();
      const producer = await direct.produceData();
      await direct.consumeData({ dataProducerId: producer.id });
      if (act === 'resume') await producer.pause();
      s.step('now');
      await producer[act]();
    });
}

rule('consumers hear of the end of a transport that produces before the answer, in the order of the producers',
  [
    ...['! CONSUMER_PRODUCER_CLOSE', '! CONSUMER_PRODUCER_CLOSE', '! DATACONSUMER_DATAPRODUCER_CLOSE'],
    '= ROUTER_CLOSE_TRANSPORT',
  ],
  async (s, router) => {
    const publisher = await router.createDirectTransport();
    const viewer = await router.createDirectTransport();
    const { rtpCapabilities } = router;
    for (const ssrc of [1, 2]) {
      const { id: producerId } = await publisher.produce(audioProducer({ ssrc }));
      await viewer.consume({ producerId, rtpCapabilities });
    }
    const { id: dataProducerId } = await publisher.produceData();
    await viewer.consumeData({ dataProducerId });
    s.step('now');
    publisher.close();
  });

rule('a consumer is answered before it asks for a key frame',
  ['= TRANSPORT_CONSUME', '! DIRECTTRANSPORT_RTCP'], async (s, router) => {
    const { direct, producer, rtpCapabilities, send } = await openVideo(router, 0);
    send(1);
    await s.event('PRODUCER_SCORE');
    s.step('now');
    await direct.consume({ producerId: producer.id, rtpCapabilities });
    await s.event('DIRECTTRANSPORT_RTCP');
  });

rule('a consumer that pauses tells that no layer is sent before the answer',
  ['! CONSUMER_LAYERS_CHANGE', '= CONSUMER_PAUSE'], async (s, router) => {
    const direct = await router.createDirectTransport();
    const producer = await direct.produce(videoProducer({ encodings: [{ ssrc: 1 }, { ssrc: 3 }], mid: 'v' }));
    const { rtpCapabilities } = router;
    const consumer = await direct.consume({ producerId: producer.id, rtpCapabilities });
    producer.send(rtp({ payloadType: 112, ssrc: 1, sequence: 1, payload: vp8({ keyFrame: true }) }));
    await s.event('PRODUCER_SCORE');
    s.step('now');
    await consumer.pause();
  });

rule('a producer that pauses: no layer is sent, the consumer is told, then the answer',
  ['! CONSUMER_LAYERS_CHANGE', '! CONSUMER_PRODUCER_PAUSE', '= PRODUCER_PAUSE'], async (s, router) => {
    const { producer, encode } = await openSimulcast(s, router);
    await encode(true);
    s.step('now');
    await producer.pause();
  });

rule('a producer that resumes: key frames are asked for and the consumer is told before the answer',
  ['! DIRECTTRANSPORT_RTCP', '! CONSUMER_PRODUCER_RESUME', '! DIRECTTRANSPORT_RTCP', '= PRODUCER_RESUME'], async (s, router) => {
    const { producer, send } = await openVideo(router);
    send(1);
    await producer.pause();
    s.step('now');
    await producer.resume();
  });

rule('a consumer that resumes asks for a key frame before the answer',
  ['! DIRECTTRANSPORT_RTCP', '= CONSUMER_RESUME'], async (s, router) => {
    const { consumer } = await openSimulcast(s, router, { paused: true });
    s.step('now');
    await consumer.resume();
  });

rule('a key frame is asked for before the request for it is answered',
  ['! DIRECTTRANSPORT_RTCP', '= CONSUMER_REQUEST_KEY_FRAME'], async (s, router) => {
    const { direct, producer, rtpCapabilities, send } = await openVideo(router, 0);
    const consumer = await direct.consume({ producerId: producer.id, rtpCapabilities });
    send(1);
    await s.event('CONSUMER_RTP');
    s.step('now');
    await consumer.requestKeyFrame();
  });

rule('preferred layers are answered before a key frame of theirs is asked for',
  ['= CONSUMER_SET_PREFERRED_LAYERS', '! DIRECTTRANSPORT_RTCP'], async (s, router) => {
    const { consumer, encode } = await openSimulcast(s, router);
    await s.event('DIRECTTRANSPORT_RTCP');
    await encode(true);
    s.step('now');
    await consumer.setPreferredLayers({ spatialLayer: 1 });
    await s.event('DIRECTTRANSPORT_RTCP');
  });

rule('a switch of layers: the layers, the score, the packet',
  ['= CONSUMER_SET_PREFERRED_LAYERS', '! CONSUMER_RTP', '! CONSUMER_LAYERS_CHANGE', '! CONSUMER_SCORE', '! CONSUMER_RTP'],
  async (s, router) => {
    const { consumer, encode } = await openSimulcast(s, router);
    await encode(true);
    s.ignore('DIRECTTRANSPORT_RTCP');
    s.step('now');
    await consumer.setPreferredLayers({ spatialLayer: 1 });
    await encode(true);
  });

rule('a stream begins: the score of the producer, that of the consumer, the packet',
  ['! PRODUCER_SCORE', '! CONSUMER_SCORE', '! CONSUMER_RTP'], async (s, router) => {
    const { send } = await openVideo(router);
    s.step('now');
    send(1);
  });

rule('a stream dies: the score of the consumer, then that of the producer',
  ['! CONSUMER_SCORE', '! PRODUCER_SCORE'], async (s, router) => {
    const { encode } = await openSimulcast(s, router);
    await encode(true);
    s.ignore('DIRECTTRANSPORT_RTCP');
    const told = [];
    s.hear(({ event }) => {
      if (event.endsWith('_SCORE')) told.push(event);
    });
    for (const event of ['PRODUCER_SCORE', 'CONSUMER_SCORE', 'CONSUMER_LAYERS_CHANGE']) s.ignore(event);
    await s.event('PRODUCER_SCORE', 3);
    s.step('now');
    for (const event of told.slice(0, 2)) s.line(`! ${event}`);
  });

rule('the orientation of a picture comes before the picture',
  ['! PRODUCER_VIDEO_ORIENTATION_CHANGE', '! CONSUMER_RTP'], async (s, router) => {
    const { producer, send } = await openVideo(router);
    send(1);
    await s.event('CONSUMER_RTP');
    s.step('now');
    const payload = vp8({ keyFrame: true, pictureId: 2 });
    producer.send(rtp({ payloadType: 112, ssrc: 1, sequence: 2, timestamp: 1, payload, extensions: { 4: [1] } }));
  });

rule('traces: of feedback before it leaves, of packets after they left',
  ['! PRODUCER_TRACE', '! DIRECTTRANSPORT_RTCP', '= CONSUMER_RESUME', '! PRODUCER_TRACE', '! CONSUMER_RTP', '! CONSUMER_TRACE'],
  async (s, router) => {
    const { direct, producer, rtpCapabilities, send } = await openVideo(router, 0);
    send(1);
    await producer.enableTraceEvent(['keyframe', 'pli']);
    const consumer = await direct.consume({ producerId: producer.id, rtpCapabilities, paused: true });
    await consumer.enableTraceEvent(['keyframe']);
    s.step('now');
    await consumer.resume();
    send(2);
  });

rule('consume is answered before the estimate of the link is told',
  ['= TRANSPORT_CONSUME', '! TRANSPORT_TRACE'], async (s, router) => {
    const { producer, rtpCapabilities } = await openVideo(router, 0);
    const viewer = await router.createDirectTransport();
    await viewer.enableTraceEvent(['bwe']);
    s.step('now');
    await viewer.consume({ producerId: producer.id, rtpCapabilities });
  });

rule('a pipe is connected before its consumers ask for key frames',
  ['= PIPETRANSPORT_CONNECT', '! DIRECTTRANSPORT_RTCP'], async (s, router) => {
    const { producer, send } = await openVideo(router, 0);
    send(1);
    await s.event('PRODUCER_SCORE');
    const pipe = await router.createPipeTransport({ listenInfo });
    await pipe.consume({ producerId: producer.id });
    s.step('now');
    await pipe.connect({ ip: '127.0.0.1', port: 9 });
    await s.event('DIRECTTRANSPORT_RTCP');
  });

rule('a plain transport is connected before its association begins',
  ['= PLAINTRANSPORT_CONNECT', '! TRANSPORT_SCTP_STATE_CHANGE'], async (s, router) => {
    const plain = await router.createPlainTransport({ listenInfo, enableSctp: true });
    await plain.produceData({ sctpStreamParameters: { streamId: 1 } });
    s.step('now');
    await plain.connect({ ip: '127.0.0.1', port: 9 });
    await s.event('TRANSPORT_SCTP_STATE_CHANGE');
  });

rule('a plain transport tells of its peer before of what the peer sends',
  ['! PLAINTRANSPORT_TUPLE', '! PRODUCER_SCORE'], async (s, router) => {
    const plain = await router.createPlainTransport({ listenInfo, comedia: true });
    await plain.produce(audioProducer({ ssrc: 1 }));
    const peer = await s.peer();
    s.step('now');
    await peer.send(rtp({ payloadType: 111, ssrc: 1, sequence: 1 }), plain.tuple.localPort);
    await s.event('PRODUCER_SCORE');
  });

rule('an association that goes with its transport is told of before the answer',
  ['! TRANSPORT_SCTP_STATE_CHANGE', '= ROUTER_CLOSE_TRANSPORT'], async (s, router) => {
    const plain = await router.createPlainTransport({ listenInfo, enableSctp: true });
    await plain.produceData({ sctpStreamParameters: { streamId: 1 } });
    await plain.connect({ ip: '127.0.0.1', port: 9 });
    await s.event('TRANSPORT_SCTP_STATE_CHANGE');
    s.step('now');
    plain.close();
  });

for (const what of ['PRODUCE', 'CONSUME']) {
  rule(`${what.toLowerCase()}Data is answered before the association begins`,
    [`= TRANSPORT_${what}_DATA`, '! TRANSPORT_SCTP_STATE_CHANGE'], async (s, router) => {
      const pipe = await router.createPipeTransport({ listenInfo, enableSctp: true });
      const direct = await router.createDirectTransport();
      const { id: dataProducerId } = await direct.produceData();
      await pipe.connect({ ip: '127.0.0.1', port: 9 });
      s.step('now');
      if (what === 'PRODUCE') await pipe.produceData({ sctpStreamParameters: { streamId: 1 } });
      else await pipe.consumeData({ dataProducerId });
      await s.event('TRANSPORT_SCTP_STATE_CHANGE');
    });
}

rule('a full send buffer is the answer first, and told afterwards',
  ['= DATACONSUMER_SEND', '! DATACONSUMER_SCTP_SENDBUFFER_FULL'], async (s, router) => {
    const limits = { sctpSendBufferSize: 1000, sctpPerStreamSendQueueLimit: 1000 };
    const pipe = await router.createPipeTransport({ listenInfo, enableSctp: true, ...limits });
    const direct = await router.createDirectTransport();
    const { id: dataProducerId } = await direct.produceData();
    const consumer = await pipe.consumeData({ dataProducerId });
    await consumer.send(Buffer.alloc(1000));
    s.step('now');
    await s.may(consumer.send(Buffer.alloc(1000)));
    await s.event('DATACONSUMER_SCTP_SENDBUFFER_FULL');
  });

rule('an association tells what was agreed on, then that it is connected',
  ['! TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', '! TRANSPORT_SCTP_STATE_CHANGE'], async (s, router) => {
    const pipes = [];
    for (let i = 0; i < 2; i++) pipes.push(await router.createPipeTransport({ listenInfo, enableSctp: true }));
    for (const [index, pipe] of pipes.entries()) {
      await pipe.connect({ ip: '127.0.0.1', port: pipes[1 - index].tuple.localPort });
    }
    const told = [];
    s.hear(({ event, handlerId, body }) => {
      if (handlerId === pipes[0].id && body.sctpState !== 1) told.push(event);
    });
    await pipes[0].produceData({ sctpStreamParameters: { streamId: 1 } });
    await s.told('TRANSPORT_SCTP_STATE_CHANGE', { sctpState: 2 }, [pipes[0].id]);
    s.step('now');
    for (const event of told) s.line(`! ${event}`);
  });

rule('an observer of levels that pauses tells of silence before the answer',
  ['! AUDIOLEVELOBSERVER_SILENCE', '= RTPOBSERVER_PAUSE'], async (s, router) => {
    const direct = await router.createDirectTransport();
    const producer = await direct.produce(audioProducer({ ssrc: 1 }));
    const observer = await router.createAudioLevelObserver({ interval: 250 });
    await observer.addProducer({ producerId: producer.id });
    for (let i = 0; i < 20; i++) {
      producer.send(rtp({ payloadType: 111, ssrc: 1, sequence: i, timestamp: 960 * i, extensions: { 2: [0x81] } }));
    }
    await s.event('AUDIOLEVELOBSERVER_VOLUMES');
    s.step('now');
    await observer.pause();
  });

rule('ICE tells the selected tuple, then its state, then DTLS begins',
  [
    ...['! WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE', '! WEBRTCTRANSPORT_ICE_STATE_CHANGE'],
    '! WEBRTCTRANSPORT_DTLS_STATE_CHANGE',
  ],
  async (s, router) => {
    const transport = await router.createWebRtcTransport({ listenInfos: [listenInfo] });
    await transport.connect({ dtlsParameters: { role: 'server', fingerprints: [fingerprint] } });
    const peer = await s.peer();
    s.step('now');
    await peer.send(bindingRequest(transport.iceParameters, { useCandidate: true }), transport.iceCandidates[0].port);
    await s.event('WEBRTCTRANSPORT_DTLS_STATE_CHANGE');
  });

rule('where ICE is connected, connect() lets DTLS begin before it is answered',
  ['! WEBRTCTRANSPORT_DTLS_STATE_CHANGE', '= WEBRTCTRANSPORT_CONNECT'], async (s, router) => {
    const transport = await router.createWebRtcTransport({ listenInfos: [listenInfo] });
    const peer = await s.peer();
    await peer.send(bindingRequest(transport.iceParameters), transport.iceCandidates[0].port);
    await s.event('WEBRTCTRANSPORT_ICE_STATE_CHANGE');
    s.step('now');
    await transport.connect({ dtlsParameters: { role: 'server', fingerprints: [fingerprint] } });
  });

test('timestamps of stats are milliseconds of a monotonic clock', { timeout: 60_000 }, async () => {
  const session = await Session.open(workerBin);
  try {
    const router = await session.worker.createRouter({ mediaCodecs: allCodecs });
    const direct = await router.createDirectTransport();
    const stamps = [];
    for (let i = 0; i < 3; i++) stamps.push((await direct.getStats())[0].timestamp);
    assert.deepEqual(stamps, [...stamps].sort((a, b) => a - b));
    const sinceBootMs = Number(process.hrtime.bigint() / 1_000_000n);
    assert.ok(Math.abs(sinceBootMs - stamps[0]) < 60_000, `${stamps[0]} is not near ${sinceBootMs}`);
  } finally {
    await session.close();
  }
});
