import { readFileSync } from 'node:fs';
import * as sdpTransform from 'sdp-transform';

/** An SDP that a real peer made, from test/fixtures. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** 1-based number of the first line that contains `part`. */
export function lineNumber(sdp: string, part: string): number {
  const index = sdp.split('\r\n').findIndex((line) => line.includes(part));
  if (index < 0) throw new Error(`no line with ${part}`);
  return index + 1;
}

/** The ICE user fragment of a description: another one means that ICE was restarted. */
export function ufragOf(sdp: string): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}

export const TestFingerprint = Array.from({ length: 32 }, (_, index) => (index * 7).toString(16).padStart(2, '0').slice(-2))
  .join(':')
  .toUpperCase();

export interface AnswerChoices {
  /** mids to turn down with port 0. */
  reject?: string[];
  /** mids to answer as inactive. */
  inactive?: string[];
  setup?: string;
  fingerprint?: string;
}

/** What a peer that can receive everything answers to an offer of ours. */
export function answerTo(offer: string, choices: AnswerChoices = {}): string {
  const { reject = [], inactive = [], setup = 'active', fingerprint = TestFingerprint } = choices;
  const parsed = sdpTransform.parse(offer);
  const media = parsed.media.map((section) => {
    const mid = String(section.mid);
    const rejected = section.port === 0 || reject.includes(mid);
    const direction: 'inactive' | 'recvonly' =
      section.direction === 'inactive' || inactive.includes(mid) ? 'inactive' : 'recvonly';
    const { type, protocol, payloads = '', rtp, fmtp, rtcpFb = [], ext = [], sctpPort, maxMessageSize } = section;
    return {
      ...{ type, protocol, payloads, rtp, fmtp, rtcpFb, ext, mid, setup },
      ...(type === 'application' ? { sctpPort: sctpPort ?? 5000, maxMessageSize: maxMessageSize ?? 0 } : { direction, rtcpMux: 'rtcp-mux' as const }),
      port: rejected ? 0 : 9,
      connection: { version: 4, ip: '0.0.0.0' },
      iceUfrag: 'peer',
      icePwd: 'q'.repeat(24),
      fingerprint: { type: 'sha-256', hash: fingerprint },
    };
  });
  const bundled = media.filter((section) => section.port !== 0).map((section) => section.mid);
  const { icelite: _ours, ...session } = parsed;
  return sdpTransform.write({
    ...session,
    media,
    groups: [{ type: 'BUNDLE', mids: bundled.join(' ') }],
  });
}

/** A small offer of one Opus and one VP8 track, written by hand. */
export function smallOffer(): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE a v',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 0.0.0.0',
    'a=mid:a',
    'a=sendonly',
    'a=msid:camera microphone-1',
    'a=rtcp-mux',
    'a=ice-ufrag:abcd',
    `a=ice-pwd:${'w'.repeat(24)}`,
    `a=fingerprint:sha-256 ${TestFingerprint}`,
    'a=setup:actpass',
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=ssrc:1001 cname:someone',
    'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
    'c=IN IP4 0.0.0.0',
    'a=mid:v',
    'a=sendonly',
    'a=msid:camera lens-1',
    'a=rtcp-mux',
    'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'a=rtpmap:96 VP8/90000',
    'a=rtcp-fb:96 nack',
    'a=rtcp-fb:96 nack pli',
    'a=rtcp-fb:96 goog-remb',
    'a=rtcp-fb:96 transport-cc',
    'a=rtpmap:97 rtx/90000',
    'a=fmtp:97 apt=96',
    'a=ssrc-group:FID 2001 2002',
    'a=ssrc:2001 cname:someone',
    'a=ssrc:2002 cname:someone',
    '',
  ].join('\r\n');
}
