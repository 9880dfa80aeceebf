// Makes and closes thousands of everything in a real worker, and finds memory, sockets, ports and handlers where
// they were. Ports come from a range of 40, so one that is not given back is missed soon.
//
//   node --test RtcTests/Churn/churn.test.mjs          10,000 of each; CHURN=N for another number
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as mediasoup from 'mediasoup';
import { allCodecs, audioProducer, simulcastBySsrc, videoProducer } from '../Recorder/media.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const workerBin = process.env.MEDIASOUP_WORKER_BIN ?? join(root, 'dist', 'mediasoup-worker');
const total = Number(process.env.CHURN ?? 10_000);
const warmUp = 2_000;
const batch = 20;
const portRange = { min: 47_100, max: 47_139 };
const maxGrowthBytes = 12e6;
const listenInfo = { protocol: 'udp', ip: '127.0.0.1', portRange };

let worker;
let router;
let source;
let server;

before(async () => {
  worker = await mediasoup.createWorker({ workerBin, logLevel: 'none' });
  router = await worker.createRouter({ mediaCodecs: allCodecs });
  server = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
  const direct = await router.createDirectTransport();
  source = {
    audio: await direct.produce(audioProducer({ ssrc: 1 })),
    video: await direct.produce(videoProducer({ encodings: simulcastBySsrc })),
    data: await direct.produceData(),
  };
});

after(() => worker.close());

/** How many sockets the worker has open; assemblies and pipes of its runtime come when they are needed. */
function sockets() {
  const folder = `/proc/${worker.pid}/fd`;
  return readdirSync(folder).filter((fd) => readlinkSync(join(folder, fd)).startsWith('socket:')).length;
}

const residentBytes = () =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${worker.pid}/status`, 'utf8'))[1]) * 1024;

/** What must be the same afterwards. */
async function state() {
  const { channelMessageHandlers } = await worker.dump();
  const { webRtcTransportIds, localIceUsernameFragments } = await server.dump();
  return {
    handlers: channelMessageHandlers,
    router: await router.dump(),
    server: { webRtcTransportIds, localIceUsernameFragments },
    sockets: sockets(),
  };
}

/** Runs that many of them, a batch at a time. */
async function run(count, live) {
  for (let done = 0; done < count; done += batch) {
    await Promise.all(Array.from({ length: batch }, (_, index) => live(done + index)));
  }
}

/** Lives are many and short: make, hang something on it, close. Some warm up before: the
 * runtime compiles and takes its heap. */
function churn(name, live) {
  test(`${total} of: ${name}`, { timeout: 1_800_000 }, async () => {
    await run(warmUp, live);
    const before = await state();
    const sizeBefore = residentBytes();
    await run(total, live);
    assert.deepEqual(await state(), before);
    const growth = residentBytes() - sizeBefore;
    console.log(`${name}: grew by ${(growth / 1e6).toFixed(1)} MB to ${(residentBytes() / 1e6).toFixed(1)} MB`);
    assert.ok(growth < maxGrowthBytes, `grew by ${growth} bytes`);
  });
}

/** A producer and a consumer on a transport, which goes with both. */
async function useAndClose(transport, index) {
  const producer = await transport.produce(audioProducer({ ssrc: 100_000 + index, mid: 'a' }));
  const { rtpCapabilities } = router;
  const producerId = index % 2 === 0 ? producer.id : source.video.id;
  await transport.consume(transport.type === 'pipe' ? { producerId } : { producerId, rtpCapabilities });
  transport.close();
}

churn('WebRtcTransports with their own ports', async (index) =>
  useAndClose(await router.createWebRtcTransport({ listenInfos: [listenInfo, { ...listenInfo, protocol: 'tcp' }] }), index),
);
churn('WebRtcTransports on a server', async (index) => {
  const transport = await router.createWebRtcTransport({ webRtcServer: server, enableSctp: true });
  await transport.restartIce();
  await transport.consumeData({ dataProducerId: source.data.id });
  await useAndClose(transport, index);
});
churn('PlainTransports', async (index) => {
  const options = { listenInfo, comedia: true, enableSrtp: index % 2 === 0 };
  await useAndClose(await router.createPlainTransport(options), index);
});
churn('PipeTransports', async (index) => {
  const transport = await router.createPipeTransport({ listenInfo, enableSctp: true, enableRtx: true });
  await transport.connect({ ip: '127.0.0.1', port: 9 });
  await transport.produceData({ sctpStreamParameters: { streamId: index % 1000 } });
  await useAndClose(transport, index);
});
churn('DirectTransports with data and observers', async () => {
  const transport = await router.createDirectTransport();
  const data = await transport.produceData();
  await transport.consumeData({ dataProducerId: data.id });
  const observer = await router.createAudioLevelObserver();
  await observer.addProducer({ producerId: source.audio.id });
  observer.close();
  transport.close();
});
churn('producers and consumers that are refused', async (index) => {
  const transport = await router.createDirectTransport();
  const producer = await transport.produce(audioProducer({ ssrc: 1000 + index, mid: 'a' }));
  await assert.rejects(transport.produce(audioProducer({ ssrc: 1000 + index })));
  await assert.rejects(transport.produce(audioProducer({ ssrc: 5, mid: 'a' })));
  await assert.rejects(router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '192.0.2.1' } }));
  producer.close();
  transport.close();
});
churn('routers and servers', async () => {
  const other = await worker.createRouter({ mediaCodecs: allCodecs });
  const webRtcServer = await worker.createWebRtcServer({ listenInfos: [listenInfo] });
  await other.createWebRtcTransport({ webRtcServer });
  other.close();
  webRtcServer.close();
});
