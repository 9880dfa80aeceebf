// Throws garbage at every port and at the channel of a worker, and checks that it lives, answers and stays as small as
// it was.
//
//   node RtcTests/Hostile/garbage.mjs [packets, 200000 if not told]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as flatbuffers from 'flatbuffers';
import * as mediasoup from 'mediasoup';
import { mutate, seeded, templates } from './packets.mjs';

const require = createRequire(import.meta.url);

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const fbs = join(root, 'node_modules', 'mediasoup', 'node', 'lib', 'fbs');
const { Body, Message } = require(join(fbs, 'message.js'));
const { Method, Request } = require(join(fbs, 'request.js'));
const { Response } = require(join(fbs, 'response.js'));
const workerBin = process.env.MEDIASOUP_WORKER_BIN ?? join(root, 'dist', 'mediasoup-worker');
const total = Number(process.argv[2] ?? process.env.GARBAGE_PACKETS ?? 200_000);
const tcpPart = Math.max(1_000, Math.floor(total / 20));
const maxGrowthBytes = 40e6;
const opus = { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 };
const listenIp = { ip: '127.0.0.1' };

const residentBytes = (pid) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

function producerOf(ssrc) {
  return {
    kind: 'audio',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48000, channels: 2 }],
      encodings: [{ ssrc }],
      headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1 }],
      rtcp: { cname: 'hostile' },
    },
  };
}

/** A router with a transport of each kind, a producer on each, and a consumer of it. */
async function openRoom(worker) {
  const router = await worker.createRouter({ mediaCodecs: [opus] });
  const listenInfos = ['udp', 'tcp'].map((protocol) => ({ protocol, ...listenIp }));
  const webRtc = await router.createWebRtcTransport({ listenInfos });
  const udp = { protocol: 'udp', ...listenIp };
  const plain = await router.createPlainTransport({ listenInfo: udp, comedia: true });
  const srtp = await router.createPlainTransport({ listenInfo: udp, comedia: true, enableSrtp: true });
  const viewer = await router.createPlainTransport({ listenInfo: udp });
  await viewer.connect({ ip: '127.0.0.1', port: 9, rtcpPort: undefined });
  for (const [index, transport] of [webRtc, plain, srtp].entries()) {
    const producer = await transport.produce(producerOf(1000 + index));
    await viewer.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
  }
  const ports = [
    ...webRtc.iceCandidates.filter((candidate) => candidate.protocol === 'udp').map((candidate) => candidate.port),
    plain.tuple.localPort,
    srtp.tuple.localPort,
    viewer.tuple.localPort,
  ];
  const tcpPort = webRtc.iceCandidates.find((candidate) => candidate.protocol === 'tcp').port;
  return { ports, tcpPort, kinds: templates(webRtc.iceParameters, 1000) };
}

async function throwUdp(worker, ports, kinds, count, seed) {
  const random = seeded(seed);
  const sockets = Array.from({ length: 8 }, () => createSocket('udp4'));
  // Mutating costs more than sending: a pool is made once and each packet of it changed a little at every use.
  const pool = Array.from({ length: Math.min(count, 50_000) }, () => mutate(random, kinds));
  for (let sent = 0; sent < count; ) {
    const batch = Math.min(500, count - sent);
    for (let i = 1; i < batch; i++) sendOne();
    await new Promise(sendOne);
    sent += batch;
    // An answer now and then keeps the sender from running ahead of the worker's receive buffer.
    if (sent % 2_000 === 0) await worker.dump();
  }

  function sendOne(done) {
    const packet = pool[random() % pool.length];
    if (packet.length > 0) packet[random() % packet.length] = random();
    sockets[random() % sockets.length].send(packet, ports[random() % ports.length], '127.0.0.1', done);
  }

  for (const socket of sockets) socket.close();
}

async function throwTcp(port, kinds, count, seed) {
  const random = seeded(seed);
  for (let sent = 0; sent < count; ) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((done) => socket.once('close', done));
    for (let i = 0; i < 200 && sent < count; i++, sent++) {
      const packet = mutate(random, kinds);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(random() % 50 === 0 ? random() & 0xffff : packet.length);
      socket.write(length);
      socket.write(packet);
    }
    socket.end();
    socket.resume();
    await closed;
  }
}

test(`${total} packets of garbage on every open port`, { timeout: 1_800_000 }, async () => {
  const worker = await mediasoup.createWorker({ workerBin });
  try {
    const { ports, tcpPort, kinds } = await openRoom(worker);
    const warmUp = Math.floor(total / 10);
    await throwUdp(worker, ports, kinds, warmUp, 1);
    await throwTcp(tcpPort, kinds, Math.floor(tcpPart / 10), 2);
    const sizes = [residentBytes(worker.pid)];
    for (let part = 1; part < 10; part++) {
      await throwUdp(worker, ports, kinds, warmUp, 3 + part);
      await throwTcp(tcpPort, kinds, Math.floor(tcpPart / 10), 20 + part);
      sizes.push(residentBytes(worker.pid));
    }
    await worker.dump();
    console.log(`resident MB after each tenth: ${sizes.map((size) => (size / 1e6).toFixed(1)).join(' ')}`);
    const [before, after] = [sizes[0], sizes.at(-1)];
    assert.equal(worker.closed, false);
    assert.ok(after - before < maxGrowthBytes, `grew by ${after - before} bytes`);
  } finally {
    worker.close();
  }
});

/** A frame as Node writes it: WORKER_DUMP. */
function dumpRequest(id) {
  const builder = new flatbuffers.Builder(256);
  const handlerId = builder.createString('');
  const request = Request.createRequest(builder, id, Method.WORKER_DUMP, handlerId, 0, 0);
  builder.finishSizePrefixed(Message.createMessage(builder, Body.Request, request));
  return Buffer.from(builder.asUint8Array());
}

/** Calls back with the id of each response that comes out of a pipe. */
function readResponses(pipe, onResponse) {
  let waiting = Buffer.alloc(0);
  pipe.on('data', (data) => {
    waiting = Buffer.concat([waiting, data]);
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32LE()) {
      const end = 4 + waiting.readUInt32LE();
      const message = Message.getRootAsMessage(new flatbuffers.ByteBuffer(waiting.subarray(4, end)));
      if (message.dataType() === Body.Response) onResponse(message.data(new Response()).id());
      waiting = waiting.subarray(end);
    }
  });
}

test('garbage on the channel', { timeout: 120_000 }, async () => {
  const child = spawn(workerBin, ['--logLevel=none'], {
    env: { ...process.env, MEDIASOUP_VERSION: mediasoup.version },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  for (const pipe of [child.stdio[3], child.stdio[4]]) pipe.on('error', () => {});
  const answers = new Map();
  const answerTo = (id) => new Promise((done) => answers.set(id, done));
  readResponses(child.stdio[4], (id) => answers.get(id)?.());
  const ask = (id) => {
    const answer = answerTo(id);
    child.stdio[3].write(dumpRequest(id));
    return Promise.race([answer, ended.then(([code, signal]) => assert.fail(`the worker ended: ${code ?? signal}`))]);
  };
  try {
    await ask(1);
    const random = seeded(5);
    const valid = dumpRequest(2);
    for (let i = 0; i < 20_000; i++) {
      const frame = i % 2 === 0 ? Buffer.from(valid) : Buffer.alloc(4 + (random() % 300));
      frame.writeUInt32LE(frame.length - 4);
      for (let changes = 1 + (random() % 8); changes > 0; changes--) {
        frame[4 + (random() % Math.max(1, frame.length - 4))] = random();
      }
      if (!child.stdio[3].write(frame)) await Promise.race([once(child.stdio[3], 'drain'), ended]);
    }
    await ask(0xffff_fffe);
    assert.equal(child.exitCode, null);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});
