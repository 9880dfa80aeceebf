// What a viewer in Chromium gets over bad links: VP8 simulcast of 150, 500 and 1,500 kbit/s at 20 frames/s, the viewer
// behind the link emulator of the tests. Prints a row for each link. MEDIASOUP_WORKER_BIN names another worker.
//
//   npx node Benchmarks/Links/links.mjs [seconds for each link, 40 without] [what the links' names have, "lost"]
import { setTimeout as delay } from 'node:timers/promises';
import { launchChromium } from '../../RtcTests/Browser/chromium.mjs';
import { Application, bundlePage } from '../../RtcTests/Video/application.mjs';

const seconds = Number(process.argv[2] ?? 40);
const wanted = process.argv[3] ?? '';
const SettledAfterMs = 15_000;
if (!(seconds >= 20)) throw new Error(`a link takes ${SettledAfterMs / 1000} s to settle: measure 20 s or more`);
const Picture = { width: 1280, height: 720, framesPerSecond: 20 };
const Simulcast = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];
const Links = [
  { name: '900 kbit/s, 40 ms', kbits: 900, roundTripMs: 40, loss: 0 },
  { name: '400 kbit/s, 40 ms', kbits: 400, roundTripMs: 40, loss: 0 },
  { name: '5 Mbit/s, 200 ms, 5 % lost', kbits: 5000, roundTripMs: 200, loss: 0.05 },
  { name: '5 Mbit/s, 200 ms, 10 % lost', kbits: 5000, roundTripMs: 200, loss: 0.1 },
];

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);

/** The worst that a link of a 300 ms queue does to a viewer who joins and stays. */
async function measure(browser, bundle, { kbits, roundTripMs, loss }) {
  const closers = [];
  try {
    const application = await Application.start({ after: (close) => closers.push(close) }, browser, bundle);
    const { page, producer } = await application.publish({ ...Picture, mimeType: 'video/VP8', encodings: Simulcast });
    await delay(5000);
    const viewer = await application.watch(producer, {
      overLink: true,
      onLink: ({ up, down }) => {
        const bitsPerSecond = kbits * 1000;
        Object.assign(down, { bitsPerSecond, queueBytes: (bitsPerSecond / 8) * 0.3, delayMs: roundTripMs / 2, loss });
        up.delayMs = roundTripMs / 2;
      },
    });
    return await observe(viewer, page, kbits);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function observe(viewer, publisher, kbits) {
  const estimates = [];
  const started = performance.now();
  let settledBytes = 0;
  while (performance.now() - started < seconds * 1000) {
    await delay(500);
    if (performance.now() - started < SettledAfterMs) {
      settledBytes = viewer.link.down.counters.bytes;
      continue;
    }
    const [stats] = await viewer.transport.getStats();
    estimates.push((stats.availableOutgoingBitrate ?? 0) / (kbits * 1000));
  }
  const { bytes, overflowed } = viewer.link.down.counters;
  const shown = await viewer.shown();
  const layers = await publisher.evaluate(() => call.encoded());
  const made = Math.max(...layers.map((layer) => layer.framesPerSecond ?? 0));
  return {
    estimated: mean(estimates).toFixed(2),
    used: (((bytes - settledBytes) * 8) / ((seconds - SettledAfterMs / 1000) * kbits * 1000)).toFixed(2),
    switches: viewer.layerChanges.length,
    overflowed,
    frozen: `${(shown.freezesMs / 1000).toFixed(1)} s`,
    shown: `${shown.width} wide, ${shown.framesPerSecond} of ${made} frames/s`,
  };
}

const [browser, bundle] = await Promise.all([launchChromium(), bundlePage()]);
const rows = {};
for (const link of Links.filter(({ name }) => name.includes(wanted))) {
  rows[link.name] = await measure(browser, bundle, link);
  console.log(link.name, JSON.stringify(rows[link.name]));
}
console.table(rows);
await browser.close();
