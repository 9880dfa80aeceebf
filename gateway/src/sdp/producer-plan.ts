import type { types } from 'mediasoup';
import * as ortc from 'mediasoup/ortc';
import type { RemoteCodec, RemoteMedia } from './remote.ts';
import type { LocalRtpMedia } from './write.ts';

/** Extensions by which we estimate the sender's bandwidth; each needs its own kind of RTCP feedback. */
const TransportWideCcUri = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const AbsSendTimeUri = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';
const RidUris = new Set([
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
]);

export interface ProducerPlanOptions {
  /** MIME types in order of preference ("video/VP8"); those not named follow in the offer's order. */
  codecPreference?: readonly string[];
  /** Take simulcast offers as such; otherwise one stream is answered. Default true. */
  simulcast?: boolean;
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
): ProducerPlan {
  const kind = media.kind as types.MediaKind;
  const codecs = chooseCodecs(media, capabilities, options.codecPreference ?? []);
  const rids = options.simulcast === false || kind !== 'video' ? [] : media.sendRids;
  const extensions = chooseExtensions(media, kind, capabilities, rids.length > 1);
  reduceFeedback(codecs, extensions);
  return {
    kind,
    rtpParameters: {
      mid: media.mid,
      codecs,
      headerExtensions: extensions,
      encodings: chooseEncodings(media, rids, codecs.length > 1),
      rtcp: { reducedSize: true, ...(media.cname !== undefined && { cname: media.cname }) },
    },
    answer: {
      kind,
      mid: media.mid,
      direction: 'recvonly',
      codecs,
      extensions,
      ...(rids.length > 1 && { receiveRids: rids }),
    },
  };
}

/** The media codec and, where offered, its RTX. */
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
    const rtx = media.codecs.find(
      (codec) => /\/rtx$/i.test(codec.mimeType) && codec.parameters['apt'] === candidate.payloadType,
    );
    return rtx ? [matched, { ...structuredClone(rtx), rtcpFeedback: [] }] : [matched];
  }
  const offered = [...new Set(candidates.map((codec) => codec.mimeType))].join(', ');
  throw media.section.error(`no codec that this room takes (offered: ${offered || 'none'})`);
}

/** The codec with the router's feedback and, for H264, the profile-level-id of the answer (RFC 6184 section 8.2.2). */
function matchCodec(
  codec: RemoteCodec,
  capabilities: types.RtpCapabilities,
): types.RtpCodecParameters | undefined {
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
  const capability = capabilities.codecs?.find((entry) => entry.preferredPayloadType === mappedPayloadType);
  const served = capability?.rtcpFeedback ?? [];
  matched.rtcpFeedback = (matched.rtcpFeedback ?? []).filter((offered) =>
    served.some((entry) => entry.type === offered.type && (entry.parameter ?? '') === (offered.parameter ?? '')),
  );
  return matched;
}

function chooseExtensions(
  media: RemoteMedia,
  kind: types.MediaKind,
  capabilities: types.RtpCapabilities,
  simulcast: boolean,
): types.RtpHeaderExtensionParameters[] {
  const served = (capabilities.headerExtensions ?? []).filter(
    (entry) => entry.kind === kind && (entry.direction === 'sendrecv' || entry.direction === 'recvonly'),
  );
  return media.extensions.flatMap(({ id, uri }) => {
    const capability = served.find((entry) => entry.uri === uri);
    if (!capability || (RidUris.has(uri) && !simulcast)) return [];
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

/** By rid for simulcast, else by SSRC where announced, else one stream that is found by its MID. */
function chooseEncodings(media: RemoteMedia, rids: readonly string[], rtx: boolean): types.RtpEncodingParameters[] {
  if (rids.length > 1) return rids.map((rid) => ({ rid }));
  const source = media.sources[0];
  if (!source) return [{}];
  return [{ ssrc: source.ssrc, ...(rtx && source.rtxSsrc !== undefined && { rtx: { ssrc: source.rtxSsrc } }) }];
}
