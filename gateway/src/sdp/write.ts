import * as sdpTransform from 'sdp-transform';
import type { types } from 'mediasoup';
import { writeFmtp } from './fmtp.ts';
import { SctpPort } from './remote-data.ts';
import type { Direction } from './remote-media.ts';

/** An m-section that carries, or could carry, media. */
export interface LocalRtpMedia {
  kind: types.MediaKind;
  mid: string;
  direction: Direction;
  codecs: readonly types.RtpCodecParameters[];
  extensions: readonly { id: number; uri: string }[];
  /** What we send: SSRCs, CNAME and the stream the track belongs to. */
  source?: { ssrc: number; rtxSsrc?: number; cname: string; streamId: string; trackId: string };
  /** Simulcast layers we accept (RFC 8853). */
  receiveRids?: readonly string[];
}

/** An m-section of data channels (RFC 8841). */
export interface LocalDataMedia {
  kind: 'application';
  mid: string;
  /** Largest message we take, in bytes. */
  maxMessageSize: number;
  /** Written as before RFC 8841, for a peer that does so. */
  legacy?: boolean;
}

/** An m-section with port 0. */
export interface RejectedMedia {
  rejected: true;
  type: string;
  protocol: string;
  formats: string;
  mid: string;
}

export type LocalMedia = LocalRtpMedia | LocalDataMedia | RejectedMedia;

/** Everything an offer or answer of ours says. */
export interface LocalSession {
  /** `o=` session id: decimal digits. */
  sessionId: string;
  /** `o=` version, one more with each offer or answer. */
  version: number;
  ice: types.IceParameters;
  candidates: readonly types.IceCandidate[];
  fingerprints: readonly types.DtlsFingerprint[];
  setup: 'actpass' | 'active' | 'passive';
  media: readonly LocalMedia[];
  extmapAllowMixed?: boolean;
}

/** Writes an ice-lite offer or answer, all m-sections in one BUNDLE group. */
export function writeSession(session: LocalSession): string {
  const bundled = session.media.filter((media) => !('rejected' in media));
  return sdpTransform.write({
    version: 0,
    origin: {
      username: '-',
      sessionId: session.sessionId,
      sessionVersion: session.version,
      netType: 'IN',
      ipVer: 4,
      address: '127.0.0.1',
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    icelite: 'ice-lite',
    ...(bundled.length > 0 && { groups: [{ type: 'BUNDLE', mids: bundled.map((media) => media.mid).join(' ') }] }),
    ...(session.extmapAllowMixed && { extmapAllowMixed: 'extmap-allow-mixed' as const }),
    msidSemantic: { semantic: 'WMS', token: '*' },
    media: session.media.map((media) => {
      if ('rejected' in media) return writeRejected(media);
      return media.kind === 'application' ? writeData(media, session) : writeRtp(media, session);
    }),
  });
}

/** Streams named in an `a=sctpmap`. */
const LegacyStreams = 65_535;

type WrittenMedia = Parameters<typeof sdpTransform.write>[0]['media'][number];

function writeRejected(media: RejectedMedia): WrittenMedia {
  return {
    type: media.type,
    port: 0,
    protocol: media.protocol,
    payloads: media.formats,
    connection: { version: 4, ip: '0.0.0.0' },
    ...(media.mid !== '' && { mid: media.mid }),
    direction: 'inactive',
    rtp: [],
    fmtp: [],
  };
}

function writeData(media: LocalDataMedia, session: LocalSession): WrittenMedia {
  const { mid, maxMessageSize, legacy = false } = media;
  return {
    type: 'application',
    port: 9,
    protocol: legacy ? 'DTLS/SCTP' : 'UDP/DTLS/SCTP',
    payloads: legacy ? String(SctpPort) : 'webrtc-datachannel',
    connection: { version: 4, ip: '0.0.0.0' },
    mid,
    ...writeTransport(session),
    ...(legacy
      ? { sctpmap: { sctpmapNumber: SctpPort, app: 'webrtc-datachannel', maxMessageSize: LegacyStreams } }
      : { sctpPort: SctpPort }),
    maxMessageSize,
    rtp: [],
    fmtp: [],
  };
}

function writeRtp(media: LocalRtpMedia, session: LocalSession): WrittenMedia {
  const { codecs, source, receiveRids = [] } = media;
  return {
    type: media.kind,
    port: 9,
    protocol: 'UDP/TLS/RTP/SAVPF',
    payloads: codecs.map((codec) => codec.payloadType).join(' '),
    connection: { version: 4, ip: '0.0.0.0' },
    mid: media.mid,
    direction: media.direction,
    rtcpMux: 'rtcp-mux',
    rtcpRsize: 'rtcp-rsize',
    ...writeTransport(session),
    ext: media.extensions.map(({ id, uri }) => ({ value: id, uri })),
    rtp: codecs.map(writeRtpmap),
    fmtp: codecs
      .map((codec) => ({ payload: codec.payloadType, config: writeFmtp(codec.parameters) }))
      .filter((entry) => entry.config !== ''),
    rtcpFb: codecs.flatMap((codec) =>
      (codec.rtcpFeedback ?? []).map(({ type, parameter }) => ({
        payload: codec.payloadType,
        type,
        ...(parameter && { subtype: parameter }),
      })),
    ),
    ...(source && writeSource(source)),
    ...(receiveRids.length > 0 && {
      rids: receiveRids.map((id) => ({ id, direction: 'recv' })),
      simulcast: { dir1: 'recv' as const, list1: receiveRids.join(';') },
    }),
  };
}

function writeTransport(session: LocalSession): Partial<WrittenMedia> {
  return {
    iceUfrag: session.ice.usernameFragment,
    icePwd: session.ice.password,
    candidates: session.candidates.map((candidate) => ({
      foundation: candidate.foundation,
      component: 1,
      transport: candidate.protocol,
      priority: candidate.priority,
      ip: candidate.address,
      port: candidate.port,
      type: candidate.type,
      ...(candidate.tcpType && { tcptype: candidate.tcpType }),
    })),
    endOfCandidates: 'end-of-candidates',
    ...writeFingerprint(session.fingerprints),
    setup: session.setup,
  };
}

/** One certificate needs one fingerprint: SHA-256 where there is one, as every peer knows it (RFC 8122). */
function writeFingerprint(fingerprints: readonly types.DtlsFingerprint[]): Partial<WrittenMedia> {
  const best = fingerprints.find((entry) => entry.algorithm === 'sha-256') ?? fingerprints.at(-1);
  return best ? { fingerprint: { type: best.algorithm, hash: best.value } } : {};
}

function writeRtpmap(codec: types.RtpCodecParameters): WrittenMedia['rtp'][number] {
  const name = codec.mimeType.slice(codec.mimeType.indexOf('/') + 1);
  const { channels } = codec;
  return {
    payload: codec.payloadType,
    codec: name,
    rate: codec.clockRate,
    ...(channels !== undefined && channels > 1 && { encoding: channels }),
  };
}

function writeSource(source: NonNullable<LocalRtpMedia['source']>): Partial<WrittenMedia> {
  const { ssrc, rtxSsrc, cname, streamId, trackId } = source;
  const all = rtxSsrc === undefined ? [ssrc] : [ssrc, rtxSsrc];
  return {
    msid: [{ id: streamId, appdata: trackId }],
    ...(rtxSsrc !== undefined && { ssrcGroups: [{ semantics: 'FID', ssrcs: `${ssrc} ${rtxSsrc}` }] }),
    ssrcs: all.flatMap((id) => [
      { id, attribute: 'cname', value: cname },
      { id, attribute: 'msid', value: `${streamId} ${trackId}` },
    ]),
  };
}
