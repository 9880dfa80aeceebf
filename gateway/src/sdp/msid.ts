import type { types } from 'mediasoup';

/** A track's place at the peers that receive it: its MediaStream and itself (RFC 8830). */
export interface Msid {
  streamId: string;
  trackId: string;
}

/**
 * RFC 8830 token-char, with more room than the 64 characters of its grammar and with the "@" of GStreamer's
 * "user…@host-…", as peers in the field take it.
 */
const Token = /^[!#$%&'*+\-.0-9@A-Z^_`a-z{|}~]{1,256}$/;

/** The text where it can stand in an `a=msid`, undefined otherwise. What publishers say ends up in everyone's offer. */
export function msidToken(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '-' && Token.test(value) ? value : undefined;
}

/** The publisher's msid: as our own Producers keep it, as RTP parameters carry it, or made from the Producer's id. */
export function msidOf(producer: types.Producer): Msid {
  const { appData, id, rtpParameters } = producer;
  const [streamId, trackId] = (rtpParameters.msid ?? '').split(' ');
  return {
    streamId: msidToken(appData['streamId']) ?? msidToken(streamId) ?? msidToken(rtpParameters.rtcp?.cname) ?? id,
    trackId: msidToken(appData['trackId']) ?? msidToken(trackId) ?? id,
  };
}

/** Gives a track another id where its msid is taken: browsers refuse a whole offer in which one stands twice. */
export function uniqueMsid(wanted: Msid, producerId: string, taken: readonly Msid[]): Msid {
  const clash = taken.some(({ streamId, trackId }) => streamId === wanted.streamId && trackId === wanted.trackId);
  return clash ? { streamId: wanted.streamId, trackId: producerId } : wanted;
}
