import assert from 'node:assert/strict';
import * as sdpTransform from 'sdp-transform';
import { answerTo, smallOffer } from './sdp.ts';
import { ask, type Answer, type Ask } from './http.ts';

export const Sdp = 'application/sdp';
export const Fragment = 'application/trickle-ice-sdpfrag';

/** An offer that a WHEP player makes, with payload types of its own. */
export function playerOffer(): string {
  return smallOffer()
    .replaceAll('a=sendonly', 'a=recvonly')
    .replace(/^a=(msid|ssrc|ssrc-group):.*\r\n/gm, '')
    .replaceAll(/\b111\b/g, '63')
    .replaceAll(/\b96\b/g, '45')
    .replaceAll(/\b97\b/g, '46');
}

/** Publishes the small offer, or another, by WHIP. */
export function whip(url: string, path = 'api/rooms/r1/whip', options: Ask = {}): Promise<Answer> {
  return ask(url, path, { method: 'POST', type: Sdp, body: smallOffer(), ...options });
}

/** Asks to watch by WHEP. */
export function whep(url: string, path = 'api/rooms/r1/whep', options: Ask = {}): Promise<Answer> {
  return ask(url, path, { method: 'POST', type: Sdp, body: playerOffer(), ...options });
}

export interface Session {
  path: string;
  etag: string;
  sdp: string;
}

/** The session of a 201 (or a 406). */
export function sessionOf(answer: Answer, status = 201): Session {
  assert.equal(answer.status, status, answer.text);
  return { path: answer.headers.get('location')!, etag: answer.headers.get('etag')!, sdp: answer.text };
}

export interface FragmentParts {
  ufrag?: string;
  pwd?: string;
  mid?: string;
  extra?: string[];
}

/** An SDP fragment of the peer whose offer was the small one. */
export function fragment({ ufrag = 'abcd', pwd = 'w'.repeat(24), mid = 'a', extra = [] }: FragmentParts = {}): string {
  return [
    'a=group:BUNDLE a v',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    `a=mid:${mid}`,
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    'a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag abcd network-id 1',
    'a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0',
    ...extra,
    '',
  ].join('\r\n');
}

/** PATCHes a fragment. */
export function patch(url: string, path: string, body: string, ifMatch?: string, options: Ask = {}): Promise<Answer> {
  const headers = { ...options.headers, ...(ifMatch !== undefined && { 'if-match': ifMatch }) };
  return ask(url, path, { method: 'PATCH', type: Fragment, body, ...options, headers });
}

/** What a player answers to an offer of ours. */
export const playerAnswer = (offer: string): string => answerTo(offer);

export const parse = sdpTransform.parse;
