import type { types } from 'mediasoup';
import type { RemoteCodec, RemoteMedia } from '../sdp/index.ts';

/**
 * The codecs of a Router that speaks a viewer's payload types. In WHEP the viewer offers, and who offers chooses the
 * payload types it will receive (RFC 3264 section 5.1), while mediasoup sends with those of the Router.
 */
export type Layout = types.RouterRtpCodecCapability[];

/**
 * Gives a Producer's codec the payload type by which the viewer's offer names it.
 * @returns undefined where the viewer does not offer it
 */
export function layOut(producer: types.Producer, section: RemoteMedia): types.RouterRtpCodecCapability | undefined {
  const codec = producer.rtpParameters.codecs[0]!;
  const offered = section.codecs.find((candidate) => sameCodec(codec, candidate));
  if (!offered) return undefined;
  const { mimeType, clockRate, channels, parameters = {} } = codec;
  return {
    kind: producer.kind,
    mimeType,
    clockRate,
    ...(channels !== undefined && { channels }),
    parameters: matchingParameters(mimeType, parameters),
    preferredPayloadType: offered.payloadType,
  };
}

/** The parameters by which mediasoup tells codecs apart. */
const Distinguishing = new Set(['packetization-mode', 'profile-level-id', 'profile-id', 'profile', 'level-asymmetry-allowed']);

function matchingParameters(mimeType: string, parameters: Record<string, unknown>): Record<string, unknown> {
  if (!/^video\//i.test(mimeType)) return {};
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => Distinguishing.has(name)));
}

function sameCodec(sent: types.RtpCodecParameters, offered: RemoteCodec): boolean {
  if (sent.mimeType.toLowerCase() !== offered.mimeType.toLowerCase() || sent.clockRate !== offered.clockRate) return false;
  if ((sent.channels ?? 1) !== (offered.channels ?? 1)) return false;
  const of = (codec: types.RtpCodecParameters, name: string, absent: number | string): string =>
    String((codec.parameters as Record<string, unknown> | undefined)?.[name] ?? absent).toLowerCase();
  const same = (name: string, absent: number | string): boolean => of(sent, name, absent) === of(offered, name, absent);
  switch (sent.mimeType.toLowerCase()) {
    case 'video/h264':
      return same('packetization-mode', 0) && decodes(of(offered, 'profile-level-id', '420010'), of(sent, 'profile-level-id', '420010'));
    case 'video/vp9':
      return same('profile-id', 0);
    case 'video/av1':
      return same('profile', 0);
    default:
      return true;
  }
}

/** Whether a decoder of one H264 profile takes another; levels do not hinder (RFC 6184 section 8.1). */
function decodes(decoder: string, stream: string): boolean {
  const [decoderProfile, streamProfile] = [decoder.slice(0, 2), stream.slice(0, 2)];
  // Whatever decodes baseline, main or high decodes constrained baseline.
  const constrainedBaseline = streamProfile === '42' && (Number.parseInt(stream.slice(2, 4), 16) & 0x40) !== 0;
  return decoderProfile === streamProfile || (constrainedBaseline && ['42', '4d', '64'].includes(decoderProfile));
}
