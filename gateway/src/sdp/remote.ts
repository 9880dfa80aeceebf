import type { types } from 'mediasoup';
import { readLines, type SdpLimits, type SdpText } from './lines.ts';
import { readMedia, type RemoteMedia } from './remote-media.ts';

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
 * @throws SdpError for malformed text, and for what is not served: no BUNDLE, no rtcp-mux, no DTLS, an ice-lite peer.
 */
export function parseRemoteSession(sdp: string, limits?: SdpLimits): RemoteSession {
  const text = readLines(sdp, limits);
  if (text.session.has('ice-lite')) {
    throw text.session.error('an ice-lite peer is not served, as this side is ice-lite itself', 'ice-lite');
  }
  const alone = text.sections.length === 1;
  const media = text.sections.map((section) => readMedia(section, text.session, alone));
  const active = media.filter((section) => !section.rejected);
  checkMids(media);
  checkSources(media);
  checkBundle(text, active);
  const tagged = active[0];
  return {
    media,
    ...(tagged && { transport: readTransport(text, tagged, active) }),
    extmapAllowMixed: text.session.has('extmap-allow-mixed') || active.some(({ section }) => section.has('extmap-allow-mixed')),
  };
}

function checkMids(media: RemoteMedia[]): void {
  const seen = new Set<string>();
  for (const { mid, section } of media) {
    if (mid !== '' && seen.has(mid)) throw section.error(`mid ${mid} appears twice`, 'mid');
    seen.add(mid);
  }
}

/** One SSRC is one stream of the whole RTP session, which BUNDLE makes of all m-sections (RFC 8843 section 9). */
function checkSources(media: RemoteMedia[]): void {
  const seen = new Set<number>();
  for (const { sources, section } of media) {
    for (const ssrc of sources.flatMap((source) => [source.ssrc, source.rtxSsrc ?? source.ssrc])) {
      if (seen.has(ssrc)) throw section.errorAt(`SSRC ${ssrc} is in another m-section too`, 'ssrc', `${ssrc} `);
    }
    for (const { ssrc, rtxSsrc } of sources) {
      seen.add(ssrc);
      if (rtxSsrc !== undefined) seen.add(rtxSsrc);
    }
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
