import { isIP } from 'node:net';
import type { types } from 'mediasoup';
import { writeFmtp } from '../sdp/fmtp.ts';

/** One track of an RTP stream: where it goes to, and what it is. */
export interface PlainTrack {
  kind: types.MediaKind;
  port: number;
  codec: types.RtpCodecParameters;
  ssrc: number;
  cname: string;
}

/** An SDP file for players of plain RTP (RFC 8866): RTP/AVP with RTCP on the next port. */
export function writePlainSdp(name: string, address: string, tracks: readonly PlainTrack[]): string {
  const family = isIP(address) === 6 ? 'IP6' : 'IP4';
  const lines = ['v=0', `o=- 0 0 IN ${family} ${address}`, `s=${name}`, `c=IN ${family} ${address}`, 't=0 0'];
  for (const { kind, port, codec, ssrc, cname } of tracks) {
    const { payloadType, mimeType, clockRate, channels = 1, parameters = {} } = codec;
    const fmtp = writeFmtp(parameters);
    lines.push(
      `m=${kind} ${port} RTP/AVP ${payloadType}`,
      `a=rtcp:${port + 1}`,
      `a=rtpmap:${payloadType} ${mimeType.split('/')[1]}/${clockRate}${channels > 1 ? `/${channels}` : ''}`,
      ...(fmtp === '' ? [] : [`a=fmtp:${payloadType} ${fmtp}`]),
      `a=ssrc:${ssrc} cname:${cname}`,
      'a=recvonly',
    );
  }
  return lines.map((line) => `${line}\r\n`).join('');
}

/** What a sender of plain RTP announces of one track. */
export interface Announced {
  kind: types.MediaKind;
  codec: types.RtpCodecParameters;
  /** Absent where the announcement leaves it open: then the service chooses. */
  ssrc?: number;
}

/** Payload types with a meaning without `a=rtpmap` (RFC 3551 section 6). */
const StaticMaps: Record<string, string> = { 0: 'PCMU/8000', 8: 'PCMA/8000' };

/**
 * Reads the audio and video m-sections of the SDP that ffmpeg or GStreamer print for a stream of theirs.
 * @throws PlainSdpError naming the line
 */
export function readPlainSdp(sdp: string): Announced[] {
  const announced: Announced[] = [];
  let section: { line: number; kind: types.MediaKind; payloadType: string; map?: string; fmtp?: string; ssrc?: number } | undefined;
  const finish = (): void => {
    if (section) announced.push(describe(section));
    section = undefined;
  };
  for (const [index, text] of sdp.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (text === '') continue;
    if (!/^[a-z]=/.test(text)) throw new PlainSdpError(line, 'not of the form <letter>=<value>');
    const media = /^m=(\S+) \d+(?:\/\d+)? (\S+) (\d{1,3})\b/.exec(text);
    if (text.startsWith('m=')) {
      finish();
      if (!media) throw new PlainSdpError(line, 'malformed m-line');
      const [, kind, protocol, payloadType] = media;
      if (kind !== 'audio' && kind !== 'video') continue;
      if (!/^RTP\/AVPF?$/.test(protocol!)) throw new PlainSdpError(line, `${protocol} is not plain RTP`);
      section = { line, kind, payloadType: payloadType! };
      continue;
    }
    if (!section) continue;
    const attribute = /^a=(rtpmap|fmtp|ssrc):(\d+) (.+)$/.exec(text);
    if (!attribute) continue;
    const [, name, number, value] = attribute;
    if (name === 'ssrc') section.ssrc ??= Number(number);
    else if (number === section.payloadType) section[name === 'rtpmap' ? 'map' : 'fmtp'] = value!;
  }
  finish();
  if (announced.length === 0) throw new PlainSdpError(1, 'no m-section of audio or video');
  return announced;
}

/** An announcement that cannot be read. */
export class PlainSdpError extends Error {
  override readonly name = 'PlainSdpError';
  readonly statusCode = 400;

  constructor(line: number, reason: string) {
    super(`SDP line ${line}: ${reason}`);
  }
}

function describe({ line, kind, payloadType, map, fmtp, ssrc }: {
  line: number;
  kind: types.MediaKind;
  payloadType: string;
  map?: string;
  fmtp?: string;
  ssrc?: number;
}): Announced {
  const [, name, rate, channels] = /^([\w.-]+)\/(\d+)(?:\/(\d+))?$/.exec(map ?? StaticMaps[payloadType] ?? '') ?? [];
  if (name === undefined) throw new PlainSdpError(line, `payload type ${payloadType} has no usable a=rtpmap`);
  return {
    kind,
    codec: {
      mimeType: `${kind}/${name}`,
      payloadType: Number(payloadType),
      clockRate: Number(rate),
      ...(kind === 'audio' && { channels: channels === undefined ? 1 : Number(channels) }),
      parameters: readFmtp(name, fmtp),
      rtcpFeedback: kind === 'video' ? [{ type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }] : [],
    },
    ...(ssrc !== undefined && { ssrc }),
  };
}

/** What the Router needs to know a codec by; parameter sets and the like travel in the stream as well. */
const Known = new Set(['packetization-mode', 'profile-level-id', 'level-asymmetry-allowed', 'profile-id', 'profile', 'useinbandfec', 'sprop-stereo']);

function readFmtp(codec: string, fmtp = ''): Record<string, string | number> {
  const parameters: Record<string, string | number> = {};
  for (const part of fmtp.split(';')) {
    const [key = '', value = ''] = part.trim().split('=');
    const name = key.toLowerCase();
    if (Known.has(name)) parameters[name] = /^\d+$/.test(value) && name !== 'profile-level-id' ? Number(value) : value;
  }
  // ffmpeg announces H264 without a mode and fragments (mode 1) all the same.
  if (/^h264$/i.test(codec)) parameters['packetization-mode'] ??= 1;
  return parameters;
}
