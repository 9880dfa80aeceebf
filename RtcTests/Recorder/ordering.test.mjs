// In which order a worker answers and tells: one test a rule. Applications lean on these, because Node resolves an
// answer at once and tells a notification a turn later.
//
//   node --test RtcTests/Recorder/ordering.test.mjs
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { allCodecs, audioProducer, videoProducer } from './media.mjs';
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
