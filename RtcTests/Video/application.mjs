// An application as they exist: mediasoup's API on a worker, mediasoup-client in Chromium, and a link between them that
// can be made bad.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as mediasoup from 'mediasoup';
import { executable } from '../../Worker/build.mjs';
import { servePage } from '../Browser/chromium.mjs';
import { LinkEmulator } from '../Browser/link-emulator.mjs';

const MediaCodecs = ['VP8', 'VP9', 'AV1', 'H264'].map((name) => ({
  kind: 'video',
  mimeType: `video/${name}`,
  clockRate: 90000,
  parameters: name === 'H264'
    ? { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 }
    : {},
}));

/** The page's script. */
export async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page.mjs', import.meta.url))],
    bundle: true, write: false, format: 'iife', globalName: 'call', platform: 'browser', logLevel: 'error',
  });
  return outputFiles[0].text;
}

/** A worker with one room, pages that publish to it and watch it. Closes with the test. */
export class Application {
  consumers = new Map();
  producers = new Map();
  links = [];
  #browser;
  #bundle;
  #context;
  #router;
  #transports = new Map();

  static async start(context, browser, bundle) {
    const application = new Application();
    const workerBin = process.env.MEDIASOUP_WORKER_BIN ?? executable;
    const worker = await mediasoup.createWorker({ workerBin, logLevel: 'error' });
    const died = [];
    worker.on('died', (error) => died.push(String(error)));
    context.after(() => {
      for (const link of application.links) link.close();
      worker.close();
      assert.deepEqual(died, [], 'the worker lives to the end');
    });
    application.#router = await worker.createRouter({ mediaCodecs: MediaCodecs });
    application.#browser = browser;
    application.#bundle = bundle;
    application.#context = context;
    return application;
  }

  /** Opens a page that publishes; returns it with the Producer. */
  async publish(options) {
    const page = await this.#open({});
    const id = await page.evaluate((value) => call.publish(value), options);
    return { page, producer: this.producers.get(id) };
  }

  /**
   * The reason to skip what measures time, if there is one: the browser's own encoder does not keep up on this machine.
   * That the worker's feedback holds it back, or that a viewer gets less than it makes, is no reason.
   */
  async slowness(page, leastFramesPerSecond) {
    await delay(2500);
    const layers = await page.evaluate(() => call.encoded());
    if (layers.some(({ qualityLimitationReason }) => qualityLimitationReason === 'bandwidth')) return undefined;
    const made = Math.max(0, ...layers.map(({ framesPerSecond }) => framesPerSecond ?? 0));
    return made >= leastFramesPerSecond ? undefined : `the encoder makes ${made} of ${leastFramesPerSecond} frames/s on this machine`;
  }

  /**
   * Opens a page that watches a Producer, over a link if wanted; returns a viewer. `onLink` gets the link before it is
   * used.
   */
  async watch(producer, { overLink = false, onLink, preferredLayers } = {}) {
    const page = await this.#open({ overLink, onLink, preferredLayers });
    const id = await page.evaluate((producerId) => call.watch(producerId), producer.id);
    const consumer = this.consumers.get(id);
    return new Viewer(page, consumer, this.#transports.get(consumer.appData.transportId), this.links.at(-1));
  }

  async #open(options) {
    const site = await servePage();
    const page = await (await this.#browser.newContext()).newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    this.#context.after(async () => {
      await page.context().close();
      site.close();
      assert.deepEqual(errors, []);
    });
    await page.goto(site.url);
    await page.exposeFunction('request', (method, data) => this.#answer(method, data, options));
    await page.addScriptTag({ content: this.#bundle });
    return page;
  }

  async #answer(method, data, { overLink, onLink, preferredLayers }) {
    switch (method) {
      case 'capabilities':
        return this.#router.rtpCapabilities;
      case 'createTransport':
        return this.#createTransport(overLink, onLink);
      case 'connectTransport':
        return void (await this.#transports.get(data.id).connect({ dtlsParameters: data.dtlsParameters }));
      case 'produce': {
        const { kind, rtpParameters } = data;
        const producer = await this.#transports.get(data.id).produce({ kind, rtpParameters });
        this.producers.set(producer.id, producer);
        return producer.id;
      }
      case 'consume': {
        const { producerId, rtpCapabilities } = data;
        const consumer = await this.#transports.get(data.id).consume({
          producerId, rtpCapabilities, preferredLayers, paused: true, appData: { transportId: data.id },
        });
        this.consumers.set(consumer.id, consumer);
        return { id: consumer.id, producerId, kind: consumer.kind, rtpParameters: consumer.rtpParameters };
      }
      case 'resume':
        return void (await this.consumers.get(data.consumerId).resume());
      default:
        throw new Error(`unknown request ${method}`);
    }
  }

  async #createTransport(overLink, onLink) {
    const transport = await this.#router.createWebRtcTransport({
      listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }], initialAvailableOutgoingBitrate: 1_000_000,
    });
    this.#transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    if (!overLink) return { id, iceParameters, iceCandidates, dtlsParameters };

    const link = new LinkEmulator(iceCandidates[0].port);
    this.links.push(link);
    onLink?.(link);
    const port = await link.open();
    return { id, iceParameters, iceCandidates: [{ ...iceCandidates[0], port }], dtlsParameters };
  }
}

/** One page that watches one Consumer. */
export class Viewer {
  constructor(page, consumer, transport, link) {
    Object.assign(this, { page, consumer, transport, link });
    this.layerChanges = [];
    consumer.on('layerschange', (layers) => this.layerChanges.push({ at: performance.now(), layers }));
  }

  shown() {
    return this.page.evaluate((id) => call.shown(id), this.consumer.id);
  }

  /**
   * Waits until what is shown satisfies `isReached` and returns it, with the time it took and the longest time that
   * passed between two frames meanwhile. Fails after `withinMs` with what was shown then.
   */
  async until(what, isReached, withinMs) {
    const started = performance.now();
    let longestGapMs = 0;
    for (;;) {
      const shown = await this.shown();
      longestGapMs = Math.max(longestGapMs, shown.longestGapMs);
      const tookMs = Math.round(performance.now() - started);
      if (isReached(shown)) return { ...shown, longestGapMs, tookMs };
      assert.ok(tookMs < withinMs, `${what} not within ${withinMs} ms: ${JSON.stringify({ ...shown, layers: this.layerChanges })}`);
      await delay(50);
    }
  }
}
