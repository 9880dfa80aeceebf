import * as sdpTransform from 'sdp-transform';
import type { types } from 'mediasoup';
import { parseFmtp } from './fmtp.ts';
import { readLines, type SdpLimits, type SdpSection, type SdpText } from './lines.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One codec of a peer's m-section, in mediasoup's shape. */
export interface RemoteCodec extends types.RtpCodecParameters {
  parameters: Record<string, string | number>;
  rtcpFeedback: types.RtcpFeedback[];
}

/** A stream the peer announces with `a=ssrc`. */
export interface RemoteSource {
  ssrc: number;
  rtxSsrc?: number;
}

/** One m-section of a peer's SDP. */
export interface RemoteMedia {
  /** Its lines, for errors that name them. */
  section: SdpSection;
  kind: 'audio' | 'video' | 'application' | 'other';
  /** The media word of the m-line as it stood. */
  type: string;
  protocol: string;
  /** The formats of the m-line as they stood. */
  formats: string;
  mid: string;
  /** Port 0 and not bundle-only (RFC 8843 section 6). */
  rejected: boolean;
  direction: Direction;
  codecs: RemoteCodec[];
  extensions: { id: number; uri: string }[];
  sources: RemoteSource[];
  cname?: string;
  /** Simulcast layers the peer wants to send, in its order (RFC 8853); empty without simulcast. */
  sendRids: string[];
  /** RFC 8830. `streamId` is absent where the track belongs to no stream. */
  msid?: { streamId?: string; trackId?: string };
}

/** ICE and DTLS of a peer, shared by all bundled m-sections. */
export interface RemoteTransport {
  iceUfrag: string;
  icePwd: string;
  setup: 'active' | 'passive' | 'actpass';
  fingerprints: types.DtlsFingerprint[];
}

/** A peer's offer or answer, checked and typed. */
export interface RemoteSession {
  media: RemoteMedia[];
  /** Absent where every m-section is rejected. */
  transport?: RemoteTransport;
  /** Whether ids of one-byte and two-byte header extensions may be mixed (RFC 8285 section 6). */
  extmapAllowMixed: boolean;
}

/**
 * Reads an offer or an answer.
 * @throws SdpError for malformed text, and for what is not served: no BUNDLE, no rtcp-mux, no DTLS.
 */
export function parseRemoteSession(sdp: string, limits?: SdpLimits): RemoteSession {
  const text = readLines(sdp, limits);
  const parsed = sdpTransform.parse(sdp);
  const media = text.sections.map((section, index) => readMedia(section, parsed.media[index], text, index));
  const active = media.filter((section) => !section.rejected);
  checkMids(media);
  checkBundle(text, active);
  const tagged = active[0];
  return {
    media,
    ...(tagged && { transport: readTransport(text, tagged, active) }),
    extmapAllowMixed: text.session.has('extmap-allow-mixed'),
  };
}

function readMedia(
  section: SdpSection,
  parsed: sdpTransform.MediaDescription | undefined,
  text: SdpText,
  index: number,
): RemoteMedia {
  if (!parsed) throw section.error('m-section not understood');
  const [type = '', port = '', protocol = '', ...formats] = section.head.value.split(' ');
  const kind = type === 'audio' || type === 'video' || type === 'application' ? type : 'other';
  const rejected = Number.parseInt(port, 10) === 0 && !section.has('bundle-only');
  const media: RemoteMedia = {
    section,
    kind,
    type,
    protocol,
    formats: formats.join(' '),
    mid: section.attribute('mid') ?? (text.sections.length === 1 ? `${index}` : ''),
    rejected,
    direction: readDirection(section, text.session),
    codecs: [],
    extensions: [],
    sources: [],
    sendRids: [],
  };
  if (media.mid === '' && !rejected) throw section.error('no a=mid');
  if (rejected || (kind !== 'audio' && kind !== 'video')) return media;
  if (!/^(UDP|TCP)\/TLS\/RTP\/SAVPF?$/.test(protocol) && !/^RTP\/SAVPF$/.test(protocol)) {
    throw section.error(`transport ${protocol} is not DTLS-SRTP`);
  }
  if (!section.has('rtcp-mux')) throw section.error('a=rtcp-mux is required');
  media.codecs = readCodecs(section, kind, formats);
  media.extensions = readExtensions(section, text.session);
  media.sources = readSources(section, parsed);
  media.sendRids = readSendRids(section);
  const cname = parsed.ssrcs?.find((entry) => entry.attribute === 'cname')?.value;
  if (cname !== undefined && /^[!-~]{1,255}$/.test(String(cname))) media.cname = String(cname);
  const msid = readMsid(section);
  if (msid) media.msid = msid;
  return media;
}

function readDirection(section: SdpSection, session: SdpSection): Direction {
  const directions: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
  return directions.find((name) => section.has(name)) ?? directions.find((name) => session.has(name)) ?? 'sendrecv';
}

/** Payload types with a meaning without `a=rtpmap` (RFC 3551 section 6). */
const StaticCodecs: Record<number, { name: string; clockRate: number }> = {
  0: { name: 'PCMU', clockRate: 8000 },
  8: { name: 'PCMA', clockRate: 8000 },
  9: { name: 'G722', clockRate: 8000 },
};

function readCodecs(section: SdpSection, kind: 'audio' | 'video', formats: string[]): RemoteCodec[] {
  const maps = new Map<number, string>();
  for (const value of section.attributes('rtpmap')) {
    const space = value.indexOf(' ');
    maps.set(Number(value.slice(0, space)), value.slice(space + 1));
  }
  const codecs: RemoteCodec[] = [];
  for (const format of formats) {
    const payloadType = Number(format);
    if (!Number.isInteger(payloadType) || payloadType < 0 || payloadType > 127) {
      throw section.error(`${format} is not an RTP payload type`);
    }
    const fixed = StaticCodecs[payloadType];
    const map = maps.get(payloadType) ?? (fixed && `${fixed.name}/${fixed.clockRate}`);
    if (map === undefined) continue;
    const [name = '', clockRate = '', channels] = map.split('/');
    codecs.push({
      mimeType: `${kind}/${name}`,
      payloadType,
      clockRate: Number(clockRate),
      ...(kind === 'audio' && { channels: channels === undefined ? 1 : Number(channels) }),
      parameters: {},
      rtcpFeedback: [],
    });
  }
  for (const value of section.attributes('fmtp')) {
    const space = value.indexOf(' ');
    const codec = codecs.find((entry) => entry.payloadType === Number(value.slice(0, space)));
    if (codec) Object.assign(codec.parameters, parseFmtp(value.slice(space + 1)));
  }
  for (const codec of codecs) {
    if (/\/rtx$/i.test(codec.mimeType) && typeof codec.parameters['apt'] !== 'number') {
      throw section.error(`rtx payload type ${codec.payloadType} has no apt`);
    }
  }
  readFeedback(section, codecs);
  return codecs;
}

function readFeedback(section: SdpSection, codecs: RemoteCodec[]): void {
  for (const value of section.attributes('rtcp-fb')) {
    const [target = '', type = '', ...rest] = value.split(' ');
    const feedback: types.RtcpFeedback = { type, parameter: rest.join(' ') };
    for (const codec of codecs) {
      if (target === '*' || Number(target) === codec.payloadType) codec.rtcpFeedback.push({ ...feedback });
    }
  }
}

function readExtensions(section: SdpSection, session: SdpSection): { id: number; uri: string }[] {
  const extensions: { id: number; uri: string }[] = [];
  for (const source of [section, session]) {
    for (const value of source.attributes('extmap')) {
      const [idAndDirection = '', uri = ''] = value.split(' ');
      const id = Number.parseInt(idAndDirection, 10);
      if (id < 1 || id > 255) throw source.error(`header extension id ${id} is not in 1 to 255`, 'extmap', value);
      if (!extensions.some((known) => known.uri === uri)) extensions.push({ id, uri });
    }
  }
  return extensions;
}

function readSources(section: SdpSection, parsed: sdpTransform.MediaDescription): RemoteSource[] {
  const announced = new Set<number>();
  for (const entry of parsed.ssrcs ?? []) {
    if (entry.id < 1 || entry.id > 0xffff_ffff) throw section.error(`SSRC ${entry.id} is not in 1 to 2^32-1`, 'ssrc');
    announced.add(entry.id);
  }
  const rtx = new Map<number, number>();
  const redundant = new Set<number>();
  for (const value of section.attributes('ssrc-group')) {
    const [semantics, ...rest] = value.split(' ');
    const [primary = 0, secondary = 0] = rest.map(Number);
    if (semantics !== 'SIM') redundant.add(secondary);
    if (semantics === 'FID' && announced.has(secondary)) rtx.set(primary, secondary);
  }
  return [...announced]
    .filter((ssrc) => !redundant.has(ssrc))
    .map((ssrc) => ({ ssrc, ...(rtx.has(ssrc) && { rtxSsrc: rtx.get(ssrc)! }) }));
}

function readSendRids(section: SdpSection): string[] {
  const simulcast = section.attribute('simulcast');
  if (simulcast === undefined) return [];
  const sending = section.attributes('rid').filter((value) => / send( |$)/.test(value));
  const known = new Set(sending.map((value) => value.split(' ')[0]!));
  const words = simulcast.split(' ');
  const list = words[words.indexOf('send') + 1];
  if (!words.includes('send') || list === undefined) return [];
  // Of alternatives ("a,b") the first counts, as RFC 8853 section 5.1 orders them by preference; ~ means paused.
  return list.split(';').map((alternatives) => {
    const rid = alternatives.split(',')[0]!.replace(/^~/, '');
    if (!known.has(rid)) throw section.error(`simulcast names rid ${rid}, which no a=rid … send declares`, 'simulcast');
    return rid;
  });
}

function readMsid(section: SdpSection): { streamId?: string; trackId?: string } | undefined {
  const legacy = section.attributes('ssrc').map((value) => /^\d+ msid:(.+)$/.exec(value)?.[1]).find(Boolean);
  const value = section.attribute('msid') ?? legacy;
  if (value === undefined) return undefined;
  const [streamId = '-', trackId] = value.split(' ');
  return { ...(streamId !== '-' && streamId !== '' && { streamId }), ...(trackId && { trackId }) };
}

function checkMids(media: RemoteMedia[]): void {
  const seen = new Set<string>();
  for (const { mid, section } of media) {
    if (mid !== '' && seen.has(mid)) throw section.error(`mid ${mid} appears twice`, 'mid');
    seen.add(mid);
  }
}

function checkBundle(text: SdpText, active: RemoteMedia[]): void {
  if (active.length < 2) return;
  const group = text.session.attributes('group').find((value) => value.startsWith('BUNDLE '));
  if (group === undefined) throw text.session.error('a=group:BUNDLE over all m-sections is required');
  const mids = new Set(group.split(' ').slice(1));
  for (const media of active) {
    if (!mids.has(media.mid)) throw media.section.error('m-section is not in the BUNDLE group', 'mid');
  }
}

const FingerprintAlgorithms = new Set<string>(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']);

function readTransport(text: SdpText, tagged: RemoteMedia, active: RemoteMedia[]): RemoteTransport {
  const sections = [tagged.section, text.session, ...active.slice(1).map((media) => media.section)];
  const find = (name: string): string => {
    const holder = sections.find((section) => section.has(name));
    if (!holder) throw tagged.section.error(`no a=${name}`);
    return holder.attribute(name)!;
  };
  const holder = sections.find((section) => section.has('fingerprint'));
  if (!holder) throw tagged.section.error('no a=fingerprint: media without DTLS is not served');
  const fingerprints = holder.attributes('fingerprint').map((value) => {
    const [algorithm = '', digest = ''] = value.split(' ');
    return { algorithm: algorithm.toLowerCase() as types.FingerprintAlgorithm, value: digest.toUpperCase() };
  });
  const usable = fingerprints.filter((entry) => FingerprintAlgorithms.has(entry.algorithm));
  if (usable.length === 0) throw holder.error('no fingerprint with a known hash', 'fingerprint');
  const setup = sections.find((section) => section.has('setup'))?.attribute('setup') ?? 'actpass';
  if (setup === 'holdconn') throw tagged.section.error('a=setup:holdconn is not served', 'setup');
  return {
    iceUfrag: find('ice-ufrag'),
    icePwd: find('ice-pwd'),
    setup: setup as RemoteTransport['setup'],
    fingerprints: usable,
  };
}
