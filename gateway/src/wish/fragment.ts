import type { types } from 'mediasoup';
import { HttpError } from '../http/errors.ts';

/** Credentials by which one ICE session is known (RFC 8839 section 5.4). */
export interface IceCredentials {
  usernameFragment: string;
  password: string;
}

/** What an SDP fragment of Trickle ICE says (RFC 8840 section 9). Our side is ice-lite and needs no candidates. */
export interface IceFragment extends IceCredentials {
  mids: string[];
}

/** The m-section that stands for all bundled ones. */
export interface FragmentMedia {
  /** The m-line without its "m=". */
  line: string;
  mid: string;
  /** All mids of the BUNDLE group. */
  bundle: readonly string[];
}

const MaxLines = 2_000;
const UsernameFragment = /^[A-Za-z0-9+/]{4,256}$/;
const Password = /^[A-Za-z0-9+/]{22,256}$/;
/** RFC 8839 section 5.1, leaving out what only who uses the candidate needs to understand. */
const Candidate = /^[A-Za-z0-9+/]{1,32} \d{1,5} \S+ \d{1,10} \S+ \d{1,5} typ \S+( .*)?$/;

/** @throws HttpError 400 naming the line */
export function parseFragment(text: string): IceFragment {
  const lines = text.split(/\r\n|\n/);
  if (lines.length > MaxLines) throw new HttpError(400, `more than ${MaxLines} lines`);
  let usernameFragment: string | undefined;
  let password: string | undefined;
  const mids: string[] = [];
  let sections = 0;
  for (const [index, line] of lines.entries()) {
    if (line === '' && index === lines.length - 1) break;
    const wrong = (reason: string): HttpError => new HttpError(400, `SDP fragment, line ${index + 1}: ${reason}`);
    if (!/^[a-z]=/.test(line)) throw wrong('not of the form <letter>=<value>');
    if (line.startsWith('m=')) {
      if (!/^m=\S+ \d+ \S+ \S+/.test(line)) throw wrong('malformed m-line');
      sections += 1;
      continue;
    }
    const [, name, value = ''] = /^a=([^:]+)(?::(.*))?$/.exec(line) ?? [];
    switch (name) {
      case 'ice-ufrag':
        if (!UsernameFragment.test(value)) throw wrong('malformed ice-ufrag');
        if ((usernameFragment ??= value) !== value) throw wrong('another ice-ufrag than before');
        break;
      case 'ice-pwd':
        if (!Password.test(value)) throw wrong('malformed ice-pwd');
        if ((password ??= value) !== value) throw wrong('another ice-pwd than before');
        break;
      case 'mid':
        if (mids.length >= sections) throw wrong('a=mid belongs to an m-line');
        mids.push(value);
        break;
      case 'candidate':
        if (sections === 0) throw wrong('a candidate belongs to an m-line');
        if (!Candidate.test(value)) throw wrong('malformed candidate');
        break;
    }
  }
  if (usernameFragment === undefined || password === undefined) {
    throw new HttpError(400, 'the SDP fragment has no a=ice-ufrag and a=ice-pwd');
  }
  if (mids.length < sections) throw new HttpError(400, 'the SDP fragment has an m-line without a=mid');
  return { usernameFragment, password, mids };
}

/** The options of our side, the same in answers and fragments as RFC 9725 section 4.3.3 asks. */
export const IceOptions = 'trickle ice2';

/** Writes the fragment that answers an ICE restart: our new credentials, and the candidates, which stay. */
export function writeFragment(ice: types.IceParameters, candidates: readonly types.IceCandidate[], media: FragmentMedia): string {
  const lines = [
    'a=ice-lite',
    `a=ice-options:${IceOptions}`,
    `a=group:BUNDLE ${media.bundle.join(' ')}`,
    `m=${media.line}`,
    `a=mid:${media.mid}`,
    `a=ice-ufrag:${ice.usernameFragment}`,
    `a=ice-pwd:${ice.password}`,
    ...candidates.map(
      ({ foundation, protocol, priority, address, port, type, tcpType }) =>
        `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}${tcpType ? ` tcptype ${tcpType}` : ''}`,
    ),
    'a=end-of-candidates',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Adds to an SDP of ours what WHIP and WHEP ask for beyond JSEP: `rtcp-mux-only` (RFC 8858) and the ICE options. */
export function completeSdp(sdp: string): string {
  return sdp
    .replace('a=ice-lite\r\n', `a=ice-lite\r\na=ice-options:${IceOptions}\r\n`)
    .replaceAll('a=rtcp-mux\r\n', 'a=rtcp-mux\r\na=rtcp-mux-only\r\n');
}
