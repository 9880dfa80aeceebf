// Codecs, producers' parameters and capabilities that the scenarios use.

export const opus = { kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2, preferredPayloadType: 100 };
export const pcmu = { kind: 'audio', mimeType: 'audio/PCMU', clockRate: 8000, preferredPayloadType: 0 };
export const vp8 = { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, preferredPayloadType: 101 };
export const vp9 = {
  kind: 'video',
  mimeType: 'video/VP9',
  clockRate: 90000,
  parameters: { 'profile-id': 0 },
  preferredPayloadType: 103,
};
export const h264 = {
  kind: 'video',
  mimeType: 'video/H264',
  clockRate: 90000,
  parameters: { 'packetization-mode': 1, 'level-asymmetry-allowed': 1, 'profile-level-id': '42e01f' },
  preferredPayloadType: 105,
};
export const av1 = { kind: 'video', mimeType: 'video/AV1', clockRate: 90000, preferredPayloadType: 107 };

export const allCodecs = [opus, pcmu, vp8, vp9, h264, av1];

const sdes = 'urn:ietf:params:rtp-hdrext:sdes:';
export const extensions = {
  mid: `${sdes}mid`,
  rid: `${sdes}rtp-stream-id`,
  repairedRid: `${sdes}repaired-rtp-stream-id`,
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  orientation: 'urn:3gpp:video-orientation',
  timeOffset: 'urn:ietf:params:rtp-hdrext:toffset',
  captureTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  playoutDelay: 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  dependencyDescriptor: 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
};

const headerExtensions = (names) => names.map((name, index) => ({ uri: extensions[name], id: index + 1 }));

/** Parameters of an Opus producer with MID as extension 1 and the audio level as 2. */
export function audioProducer({ ssrc, mid, names = ['mid', 'audioLevel'], ...rest }) {
  return {
    kind: 'audio',
    rtpParameters: {
      mid,
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: 111,
          clockRate: 48000,
          channels: 2,
          parameters: { useinbandfec: 1, usedtx: 1, foo: 'bar', abc: 1.5 },
          rtcpFeedback: [{ type: 'transport-cc' }],
        },
      ],
      headerExtensions: headerExtensions(names),
      encodings: [{ ssrc }],
      rtcp: { cname: 'audio-cname' },
    },
    ...rest,
  };
}

const videoFeedback = [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
  { type: 'goog-remb' },
  { type: 'transport-cc' },
];

/** Parameters of a video producer: VP8 unless told otherwise, payload types 112 and 113 (RTX). */
export function videoProducer({
  mimeType = 'video/VP8',
  parameters = {},
  encodings,
  mid,
  names = ['mid', 'rid', 'repairedRid', 'orientation'],
  feedback = videoFeedback,
  cname = 'video-cname',
  ...rest
}) {
  return {
    kind: 'video',
    rtpParameters: {
      mid,
      codecs: [
        { mimeType, payloadType: 112, clockRate: 90000, parameters, rtcpFeedback: feedback },
        { mimeType: 'video/rtx', payloadType: 113, clockRate: 90000, parameters: { apt: 112 } },
      ],
      headerExtensions: headerExtensions(names),
      encodings,
      rtcp: { cname },
    },
    ...rest,
  };
}

/** Three encodings of a simulcast by SSRC, with RTX. */
export const simulcastBySsrc = [
  { ssrc: 2001, rtx: { ssrc: 2002 }, scalabilityMode: 'L1T3', maxBitrate: 100_000 },
  { ssrc: 2003, rtx: { ssrc: 2004 }, scalabilityMode: 'L1T3', maxBitrate: 300_000 },
  { ssrc: 2005, rtx: { ssrc: 2006 }, scalabilityMode: 'L1T3', maxBitrate: 900_000 },
];

/** Three encodings of a simulcast by RID. */
export const simulcastByRid = ['q', 'h', 'f'].map((rid) => ({ rid, scalabilityMode: 'L1T3' }));

const without = ({ codecs, headerExtensions }, feedback, uris) => ({
  codecs: codecs.map((codec) => ({
    ...codec,
    rtcpFeedback: codec.rtcpFeedback?.filter(({ type }) => !feedback.includes(type)),
  })),
  headerExtensions: headerExtensions.filter(({ uri }) => !uris.includes(uri)),
});

/** Capabilities without feedback about bandwidth: who consumes with them gets the layers that it prefers. */
export const withoutBandwidth = (capabilities) =>
  without(capabilities, ['transport-cc', 'goog-remb'], [extensions.absSendTime, extensions.transportCc]);

/** Capabilities of a viewer that estimates by itself. */
export const withRemb = (capabilities) => without(capabilities, ['transport-cc'], [extensions.transportCc]);
