/** The browser's side of mediasoup-client.test.ts; bundled by esbuild. */
import { Device, type types } from 'mediasoup-client';

declare function request(method: string, data: object): Promise<never>;

let receiving: types.Transport | undefined;
const consumers: types.Consumer[] = [];

async function connect(direction: 'send' | 'recv'): Promise<{ device: Device; transport: types.Transport }> {
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: await request('capabilities', {}) });
  const options: types.TransportOptions = await request('createTransport', {});
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    request('connectTransport', { id: transport.id, dtlsParameters }).then(done, fail);
  });
  transport.on('produce', ({ kind, rtpParameters }, done, fail) => {
    request('produce', { id: transport.id, kind, rtpParameters }).then((id: string) => done({ id }), fail);
  });
  return { device, transport };
}

/** Publishes camera and microphone; returns the Producers' ids. */
export async function publish(): Promise<string[]> {
  const { transport } = await connect('send');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  const ids: string[] = [];
  for (const track of stream.getTracks()) ids.push((await transport.produce({ track })).id);
  return ids;
}

/** Plays the Producers in one video element; returns the kinds. */
export async function watch(producerIds: string[]): Promise<string[]> {
  const { device, transport } = await connect('recv');
  receiving = transport;
  const { recvRtpCapabilities: rtpCapabilities } = device;
  for (const producerId of producerIds) {
    consumers.push(await transport.consume(await request('consume', { id: transport.id, producerId, rtpCapabilities })));
  }
  const video = document.body.appendChild(document.createElement('video'));
  video.srcObject = new MediaStream(consumers.map((consumer) => consumer.track));
  await Promise.all(consumers.map((consumer) => request('resume', { consumerId: consumer.id })));
  await video.play();
  return consumers.map((consumer) => consumer.kind);
}

/** The receiving transport's statistics, in the shape of a peer connection. */
export function peer(): { getStats: () => Promise<RTCStatsReport> } {
  return { getStats: () => receiving!.getStats() };
}

export function codecs(): string[] {
  return consumers.map((consumer) => consumer.rtpParameters.codecs[0]!.mimeType);
}
