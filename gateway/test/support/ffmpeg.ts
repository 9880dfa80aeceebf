import { installed } from './program.ts';

/** Reason to skip tests with ffmpeg, or false. */
export const skipWithoutFfmpeg: string | false = installed('ffmpeg') ? false : 'ffmpeg is not installed';
/** Reason to skip tests with GStreamer, or false. */
export const skipWithoutGstreamer: string | false = installed('gst-launch-1.0') ? false : 'GStreamer is not installed';

/** Where a track is sent. */
export interface Place {
  ip: string;
  port: number;
  rtcpPort: number;
  payloadType: number;
  ssrc: number;
}

const rtpOutput = ({ ip, port, rtcpPort, payloadType, ssrc }: Place): string[] => [
  ...['-f', 'rtp', '-payload_type', String(payloadType), '-ssrc', String(ssrc)],
  `rtp://${ip}:${port}?rtcpport=${rtcpPort}`,
];

/** Arguments that send a moving picture, and a tone, in real time. */
export function sendArguments(video: Place | undefined, audio?: Place, codec: 'libvpx' | 'libx264' = 'libvpx'): string[] {
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'];
  const tone = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const coding =
    codec === 'libvpx'
      ? ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '25', '-b:v', '300k']
      : ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-g', '25', '-pix_fmt', 'yuv420p'];
  return [
    ...['-hide_banner', '-loglevel', 'error', ...picture, ...tone],
    ...(video ? ['-map', '0:v', ...coding, ...rtpOutput(video)] : []),
    ...(audio ? ['-map', '1:a', '-c:a', 'libopus', '-b:a', '48k', '-ac', '2', ...rtpOutput(audio)] : []),
  ];
}

/** Arguments that play an SDP from the service and end after so many frames of one kind; progress goes to the output. */
export function playArguments(url: string, frames: number, kind: 'v' | 'a' = 'v'): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-stats', '-protocol_whitelist', 'http,tcp,udp,rtp'],
    ...['-f', 'sdp', '-i', url, '-map', `0:${kind}`, `-frames:${kind}`, String(frames), '-f', 'framemd5', '-'],
  ];
}

/** The hashes of the frames that `-f framemd5` printed. */
export function frameHashes(output: string): string[] {
  return [...output.matchAll(/^0,.*, ([0-9a-f]{32})\r?$/gm)].map(([, hash]) => hash!);
}
