import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { types } from 'mediasoup';
import type { Browser, Page } from 'playwright-core';
import { unlessStolen } from '../../../RtcTests/stolen-time.mjs';
import { loadConfig, routerCodecs } from '../../src/service.ts';
import { publish, subscribe } from '../../src/sdp/index.ts';
import { launchChromium, openPage, skipWithoutChromium } from '../support/chromium.ts';
import { assertWhole, countChangedFrames, readReceived } from '../support/media-checks.ts';
import { openNativePage, waitForFrames, type NativeApi } from '../support/native-page.ts';
import { loopback } from '../support/router.ts';

declare const native: NativeApi;

/** npm mediasoup in the releases that are installed beside each other; the worker's binary is one. */
const releases = ['mediasoup', 'mediasoup-3.26', 'mediasoup-3.19', 'mediasoup-3.14'];

/** What the page asks of the application; the names are those of the mediasoup API behind them. */
interface Requests {
  capabilities: Record<string, never>;
  createTransport: Record<string, never>;
  connectTransport: { id: string; dtlsParameters: types.DtlsParameters };
  produce: { id: string; kind: types.MediaKind; rtpParameters: types.RtpParameters };
  consume: { id: string; producerId: string; rtpCapabilities: types.RtpCapabilities };
  resume: { consumerId: string };
}

/** An application as they exist: mediasoup's API with a `workerBin`, and mediasoup-client in the browser. */
class Application {
  readonly worker: types.Worker;
  readonly router: types.Router;
  readonly producers: types.Producer[] = [];
  readonly #transports = new Map<string, types.WebRtcTransport>();
  readonly #consumers = new Map<string, types.Consumer>();

  private constructor(worker: types.Worker, router: types.Router) {
    this.worker = worker;
    this.router = router;
  }

  static async start(release = 'mediasoup'): Promise<Application> {
    // Releases before 3.19.11 know no `workerBin` and take the variable, when they are loaded.
    const workerBin = loadConfig().workers.bin;
    process.env['MEDIASOUP_WORKER_BIN'] ??= workerBin;
    const { createWorker }: typeof import('mediasoup') = await import(release);
    const worker = await createWorker({ workerBin, logLevel: 'error' });
    const router = await worker.createRouter({ mediaCodecs: routerCodecs(['VP8']) });
    return new Application(worker, router);
  }

  readonly handlers: { [Method in keyof Requests]: (data: Requests[Method]) => Promise<unknown> } = {
    capabilities: async () => this.router.rtpCapabilities,
    createTransport: async () => {
      const transport = await this.router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
      this.#transports.set(transport.id, transport);
      const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
      return { id, iceParameters, iceCandidates, dtlsParameters };
    },
    connectTransport: async ({ id, dtlsParameters }) => {
      await this.#transport(id).connect({ dtlsParameters });
    },
    produce: async ({ id, kind, rtpParameters }) => {
      const producer = await this.#transport(id).produce({ kind, rtpParameters });
      this.producers.push(producer);
      return producer.id;
    },
    consume: async ({ id, producerId, rtpCapabilities }) => {
      const consumer = await this.#transport(id).consume({ producerId, rtpCapabilities, paused: true });
      this.#consumers.set(consumer.id, consumer);
      return { id: consumer.id, producerId, kind: consumer.kind, rtpParameters: consumer.rtpParameters };
    },
    resume: async ({ consumerId }) => {
      await this.#consumers.get(consumerId)?.resume();
    },
  };

  /** Opens a page that can ask for all of the above. */
  async open(context: TestContext, browser: Browser, bundle: string): Promise<Page> {
    const server = createServer((_request, response) => response.end('<!doctype html><title>call</title>'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const errors: string[] = [];
    const page = await openPage(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, []);
    page.on('pageerror', (error) => errors.push(String(error)));
    context.after(async () => {
      await page.context().close();
      server.closeAllConnections();
      server.close();
      assert.deepEqual(errors, []);
    });
    await page.exposeFunction('request', (method: keyof Requests, data: never) => this.handlers[method](data));
    await page.addScriptTag({ content: bundle });
    return page;
  }

  #transport(id: string): types.WebRtcTransport {
    const transport = this.#transports.get(id);
    assert.ok(transport);
    return transport;
  }
}

async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./mediasoup-client-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'call',
    platform: 'browser',
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

describe('an existing application that passes workerBin', { skip: skipWithoutChromium }, () => {
  let browser: Browser;
  let bundle: string;
  before(async () => {
    [browser, bundle] = await Promise.all([launchChromium(), bundleClient()]);
  });
  after(() => browser.close());

  for (const release of releases) {
    test(`a VP8 and Opus call with mediasoup-client and ${release}`, unlessStolen(async (context: TestContext) => {
      const application = await Application.start(release);
      context.after(() => application.worker.close());
      const publisher = await application.open(context, browser, bundle);
      const producerIds = await publisher.evaluate<string[]>('call.publish()');
      assert.equal(producerIds.length, 2);

      const watcher = await application.open(context, browser, bundle);
      const kinds = await watcher.evaluate<string[]>(`call.watch(${JSON.stringify(producerIds)})`);
      assert.deepEqual(kinds.toSorted(), ['audio', 'video']);
      const changed = await countChangedFrames(watcher, 'video', 60);
      assert.ok(changed > 15, `${changed} of 60 frames differ from the one before`);
      assertWhole(await readReceived(watcher, 'call.peer()'));
      const codecs = await watcher.evaluate<string[]>('call.codecs()');
      assert.deepEqual(codecs.toSorted(), ['audio/opus', 'video/VP8']);
    }));
  }

  test('a room of both: mediasoup-client and a peer with its own SDP see each other', async (context) => {
    const application = await Application.start();
    context.after(() => application.worker.close());
    const { router, producers } = application;
    const client = await application.open(context, browser, bundle);
    await client.evaluate('call.publish()');
    const device = await openNativePage(browser);
    context.after(() => device.context().close());

    const { connection, offer } = await subscribe(router, producers, { transport: loopback });
    await connection.acceptAnswer(await device.evaluate((sdp) => native.answer(sdp), offer!.sdp));
    const video = connection.tracks.find(({ consumer }) => consumer.kind === 'video');
    await waitForFrames(device, video!.mid, 20);

    await device.evaluate((options) => native.addPicture(options), { name: 'camera', width: 320, height: 180 });
    const published = await publish(router, await device.evaluate(() => native.offer()), { transport: loopback });
    await device.evaluate((answer) => native.accept(answer), published.answer);
    const ids = published.added.map(({ producer }) => producer.id);
    assert.deepEqual(await client.evaluate(`call.watch(${JSON.stringify(ids)})`), ['video']);
    const changed = await countChangedFrames(client, 'video', 20);
    assert.ok(changed > 5, `${changed} of 20 frames differ from the one before`);
  });

  test('kill -9 of the worker gives the application its died event', async () => {
    const { worker } = await Application.start();
    process.kill(worker.pid, 'SIGKILL');
    await once(worker, 'died');
    assert.deepEqual([worker.died, worker.closed], [true, true]);
  });
});
