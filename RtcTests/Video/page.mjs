// The browser's side of the video tests; bundled by esbuild as `call`.
import { Device } from 'mediasoup-client';

const consumers = new Map();
let sending;

async function connect(direction) {
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: await request('capabilities', {}) });
  const options = await request('createTransport', { direction });
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    request('connectTransport', { id: transport.id, dtlsParameters }).then(done, fail);
  });
  transport.on('produce', ({ kind, rtpParameters }, done, fail) => {
    request('produce', { id: transport.id, kind, rtpParameters }).then((id) => done({ id }), fail);
  });
  return { device, transport };
}

/** A picture of which `blocks` random parts change on every frame: the more, the more bits it costs. */
function movingPicture({ width, height, framesPerSecond, blocks = 6 }) {
  const canvas = document.body.appendChild(document.createElement('canvas'));
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  const draw = () => {
    for (let block = 0; block < blocks; block += 1) {
      context.fillStyle = `hsl(${Math.random() * 360} 80% ${20 + Math.random() * 60}%)`;
      context.fillRect(Math.random() * width, Math.random() * height, width / 12, height / 12);
    }
  };
  setInterval(draw, 1000 / framesPerSecond);
  const [track] = canvas.captureStream(framesPerSecond).getVideoTracks();
  track.contentHint = 'motion';
  return track;
}

/** Publishes a moving picture with a codec by its MIME type; returns the Producer's id. */
export async function publish({ mimeType, encodings, ...picture }) {
  const { device, transport } = await connect('send');
  sending = transport;
  const codec = device.rtpCapabilities.codecs.find((entry) => entry.mimeType.toLowerCase() === mimeType.toLowerCase());
  const producer = await transport.produce({
    track: movingPicture(picture), codec, encodings, codecOptions: { videoGoogleStartBitrate: 2000 },
  });

  // What is tested is what the worker leaves out, so the encoder leaves out nothing.
  const parameters = producer.rtpSender.getParameters();
  await producer.rtpSender.setParameters({ ...parameters, degradationPreference: 'maintain-resolution' });
  return producer.id;
}

/** Plays a Producer; returns the Consumer's id. */
export async function watch(producerId) {
  const { device, transport } = await connect('recv');
  const { recvRtpCapabilities: rtpCapabilities } = device;
  const consumer = await transport.consume(await request('consume', { id: transport.id, producerId, rtpCapabilities }));
  const video = document.body.appendChild(document.createElement('video'));
  Object.assign(video, { muted: true, srcObject: new MediaStream([consumer.track]) });
  const entry = { consumer, transport, longestGapMs: 0, lastFrameAt: undefined };
  consumers.set(consumer.id, entry);
  const onFrame = (now) => {
    if (entry.lastFrameAt !== undefined) entry.longestGapMs = Math.max(entry.longestGapMs, now - entry.lastFrameAt);
    entry.lastFrameAt = now;
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  await request('resume', { consumerId: consumer.id });
  // Begins with the first frame; what is shown tells when.
  void video.play();
  return consumer.id;
}

/**
 * What a Consumer shows: size, frames, losses, time frozen as the browser counts it, and the longest time between two
 * frames since it was last asked.
 */
export async function shown(consumerId) {
  const entry = consumers.get(consumerId);
  const result = { width: 0, framesPerSecond: 0, framesDecoded: 0, keyFramesDecoded: 0, packetsLost: 0, freezesMs: 0 };
  for (const stat of (await entry.consumer.getStats()).values()) {
    if (stat.type !== 'inbound-rtp') continue;
    result.width = stat.frameWidth ?? 0;
    result.framesPerSecond = stat.framesPerSecond ?? 0;
    result.framesDecoded = stat.framesDecoded ?? 0;
    result.keyFramesDecoded = stat.keyFramesDecoded ?? 0;
    result.packetsLost = stat.packetsLost ?? 0;
    result.freezesMs = Math.round((stat.totalFreezesDuration ?? 0) * 1000);
  }
  const sinceLastFrame = entry.lastFrameAt === undefined ? 0 : performance.now() - entry.lastFrameAt;
  result.longestGapMs = Math.round(Math.max(entry.longestGapMs, sinceLastFrame));
  entry.longestGapMs = 0;
  return result;
}

/** What the publisher's encoder makes, one entry an encoding. */
export async function encoded() {
  const layers = [];
  for (const stat of (await sending.getStats()).values()) {
    if (stat.type === 'outbound-rtp') {
      const { rid, frameWidth, framesPerSecond, bytesSent, scalabilityMode, qualityLimitationReason } = stat;
      layers.push({ rid, frameWidth, framesPerSecond, bytesSent, scalabilityMode, qualityLimitationReason });
    }
  }
  return layers;
}
