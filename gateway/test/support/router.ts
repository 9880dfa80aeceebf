import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { loadConfig, routerCodecs } from '../../src/service.ts';
import type { TransportSettings } from '../../src/sdp/index.ts';

/** Loopback on free ports. */
export const loopback: TransportSettings = {
  listen: { listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] },
  initialAvailableOutgoingBitrate: 5_000_000,
};

/** A Router of the worker under test that ends with the test. */
export async function startRouter(
  context: { after: (fn: () => void) => void },
  video: Parameters<typeof routerCodecs>[0] = ['VP8', 'VP9', 'H264', 'AV1'],
): Promise<types.Router> {
  const { workers } = loadConfig({ MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'] });
  const worker = await mediasoup.createWorker({ workerBin: workers.bin, logLevel: 'error' });
  context.after(() => worker.close());
  return worker.createRouter({ mediaCodecs: routerCodecs(video) });
}
