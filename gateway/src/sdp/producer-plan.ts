import type { types } from 'mediasoup';
import * as ortc from 'mediasoup/ortc';
import { ExtensionIds } from './extension-ids.ts';
import type { RemoteCodec } from './remote-codecs.ts';
import type { RemoteLayer } from './remote-layers.ts';
import type { RemoteMedia } from './remote-media.ts';
import { scalabilityOf } from './scalability.ts';
import type { LocalRtpMedia } from './write.ts';

/** Extensions by which we estimate the sender's bandwidth; each needs its own kind of RTCP feedback. */
const TransportWideCcUri = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const AbsSendTimeUri = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';
/**
 * Where it is agreed, libwebrtc leaves the temporal layer out of VP8's own descriptor, and the worker, which reads that
 * one, could not tell layers apart any more. VP9 keeps its own; AV1 has no other.
 */
const DependencyDescriptorUri = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';
const RidUri = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const RidUris = [RidUri, 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id'];

export interface ProducerPlanOptions {
  /** MIME types in order of preference ("video/VP8"); those not named follow in the offer's order. */
  codecPreference?: readonly string[];
  /** Take simulcast offers as such; otherwise one stream is answered. Default true. */
  simulcast?: boolean;
}

/** What is known of one m-section beside its SDP. */
export interface ProducerPlanContext {
  /** Ids in use by the m-sections before this one. */
  extensionIds?: ExtensionIds;
  /** The publisher's word on its layers (W3C WebRTC-SVC), which SDP does not say. */
  scalabilityMode?: string | undefined;
}

/** What one m-section of an offer becomes: the Producer's parameters and the m-section of the answer. */
export interface ProducerPlan {
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  answer: LocalRtpMedia;
}

/**
 * Matches one m-section of an offer with what the router takes.
 * @throws SdpError when no codec fits, naming the m-line
 */
export function planProducer(
  media: RemoteMedia,
  capabilities: types.RtpCapabilities,
  options: ProducerPlanOptions = {},
  context: ProducerPlanContext = {},
): ProducerPlan {
  const kind = media.kind as types.MediaKind;
  const codecs = chooseCodecs(media, capabilities, options.codecPreference ?? []);
  const layered = options.simulcast !== false && kind === 'video';
  const layers = layered ? chooseLayers(media, codecs[0]!) : [];
  const ids = context.extensionIds ?? new ExtensionIds();
  const unwanted = new Set([
    ...(layers.length > 1 ? [] : RidUris),
    ...(/\/vp8$/i.test(codecs[0]!.mimeType) ? [DependencyDescriptorUri] : []),
  ]);
  const extensions = chooseExtensions(media, kind, capabilities, unwanted, ids);
  reduceFeedback(codecs, extensions);
  const encodings = chooseEncodings(media, layers, layered, codecs.length > 1);
  const scalabilityMode = scalabilityOf(codecs[0]!.mimeType, encodings.length, context.scalabilityMode);
  return {
    kind,
    rtpParameters: {
      mid: media.mid,
      codecs,
      headerExtensions: extensions,
      encodings: encodings.map((encoding) => ({ ...encoding, ...(scalabilityMode && { scalabilityMode }) })),
      rtcp: { reducedSize: true, ...(media.cname !== undefined && { cname: media.cname }) },
    },
    answer: {
      kind,
      mid: media.mid,
      direction: 'recvonly',
      codecs,
      extensions,
      ...(layers.length > 1 && { receiveRids: layers.map(({ rid }) => rid) }),
    },
  };
}

/** The media codec and, where offered and served, its RTX. */
function chooseCodecs(
  media: RemoteMedia,
  capabilities: types.RtpCapabilities,
  preference: readonly string[],
): types.RtpCodecParameters[] {
  const rank = (codec: RemoteCodec): number => {
    const index = preference.findIndex((mimeType) => mimeType.toLowerCase() === codec.mimeType.toLowerCase());
    return index < 0 ? preference.length : index;
  };
  const candidates = media.codecs
    .filter((codec) => !/\/(rtx|red|ulpfec|flexfec-03)$/i.test(codec.mimeType))
    .sort((a, b) => rank(a) - rank(b));
  for (const candidate of candidates) {
    const matched = matchCodec(candidate, capabilities);
    if (!matched) continue;
    const rtx = matched.rtx
      ? media.codecs.find(({ mimeType, parameters }) => isRtx(mimeType) && parameters['apt'] === candidate.payloadType)
      : undefined;
    return rtx ? [matched.codec, { ...structuredClone(rtx), rtcpFeedback: [] }] : [matched.codec];
  }
  const offered = [...new Set(candidates.map((codec) => codec.mimeType))].join(', ');
  throw media.section.error(`no codec that this room takes (offered: ${offered || 'none'})`);
}

function isRtx(mimeType: string): boolean {
  return /\/rtx$/i.test(mimeType);
}

/** The codec with the router's feedback and, for H264, the profile-level-id of the answer (RFC 6184 section 8.2.2). */
function matchCodec(
  codec: RemoteCodec,
  capabilities: types.RtpCapabilities,
): { codec: types.RtpCodecParameters; rtx: boolean } | undefined {
  const matched: types.RtpCodecParameters = structuredClone(codec);
  const parameters: types.RtpParameters = { codecs: [matched] };
  let mappedPayloadType: number | undefined;
  try {
    ortc.validateAndNormalizeRtpParameters(parameters);
    mappedPayloadType = ortc.getProducerRtpParametersMapping(parameters, capabilities).codecs[0]?.mappedPayloadType;
  } catch {
    // The matching functions tell "does not fit" by throwing; the caller tries the next codec.
    return undefined;
  }
  const known = capabilities.codecs ?? [];
  const capability = known.find((entry) => entry.preferredPayloadType === mappedPayloadType);
  if (!capability || !sameAv1Profile(codec, capability)) return undefined;
  const served = capability.rtcpFeedback ?? [];
  matched.rtcpFeedback = (matched.rtcpFeedback ?? []).filter((offered) =>
    served.some((entry) => entry.type === offered.type && (entry.parameter ?? '') === (offered.parameter ?? '')),
  );
  return {
    codec: matched,
    rtx: known.some((entry) => isRtx(entry.mimeType) && entry.parameters?.['apt'] === mappedPayloadType),
  };
}

/** mediasoup compares profiles of H264 and VP9 only. AV1's is 0 where it is not said (AV1 RTP section 7.2.1). */
function sameAv1Profile(codec: RemoteCodec, capability: types.RtpCodecCapability): boolean {
  if (!/\/av1$/i.test(codec.mimeType)) return true;
  return Number(codec.parameters['profile'] ?? 0) === Number(capability.parameters?.['profile'] ?? 0);
}

/** The simulcast layers that the chosen codec may carry. Without RIDs in packets nobody could tell them apart. */
function chooseLayers(media: RemoteMedia, codec: types.RtpCodecParameters): RemoteLayer[] {
  if (!media.extensions.some(({ uri }) => uri === RidUri)) return [];
  return media.layers.filter(({ payloadTypes }) => payloadTypes?.includes(codec.payloadType) ?? true);
}

function chooseExtensions(
  media: RemoteMedia,
  kind: types.MediaKind,
  capabilities: types.RtpCapabilities,
  unwanted: ReadonlySet<string>,
  ids: ExtensionIds,
): types.RtpHeaderExtensionParameters[] {
  const served = (capabilities.headerExtensions ?? []).filter(
    (entry) => entry.kind === kind && (entry.direction === 'sendrecv' || entry.direction === 'recvonly'),
  );
  return media.extensions.flatMap(({ id, uri }) => {
    const capability = served.find((entry) => entry.uri === uri);
    if (!capability || unwanted.has(uri) || !ids.claim(id, uri)) return [];
    return [{ uri: capability.uri, id, encrypt: false, parameters: {} }];
  });
}

/** Transport-wide feedback where its extension was agreed, REMB where only abs-send-time was, neither otherwise. */
function reduceFeedback(
  codecs: types.RtpCodecParameters[],
  extensions: types.RtpHeaderExtensionParameters[],
): void {
  const agreed = new Set<string>(extensions.map((entry) => entry.uri));
  const dropped = new Set<string>();
  if (!agreed.has(TransportWideCcUri)) dropped.add('transport-cc');
  if (agreed.has(TransportWideCcUri) || !agreed.has(AbsSendTimeUri)) dropped.add('goog-remb');
  for (const codec of codecs) {
    codec.rtcpFeedback = (codec.rtcpFeedback ?? []).filter((entry) => !dropped.has(entry.type));
  }
}

/** By rid or SSRC group for simulcast, else by SSRC where announced, else one stream that is found by its MID. */
function chooseEncodings(
  media: RemoteMedia,
  layers: readonly RemoteLayer[],
  layered: boolean,
  rtx: boolean,
): types.RtpEncodingParameters[] {
  if (layers.length > 1) return layers.map(({ rid, maxBitrate }) => ({ rid, ...(maxBitrate && { maxBitrate }) }));
  const sources = layered && media.sourcesAreLayers ? media.sources : media.sources.slice(0, 1);
  if (sources.length === 0) return [{}];
  return sources.map(({ ssrc, rtxSsrc }) => ({
    ssrc,
    ...(rtx && rtxSsrc !== undefined && { rtx: { ssrc: rtxSsrc } }),
  }));
}
