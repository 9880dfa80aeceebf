import type { types } from 'mediasoup';
import { parseFmtp } from './fmtp.ts';
import type { SdpSection } from './lines.ts';

/** One codec of a peer's m-section, in mediasoup's shape. */
export interface RemoteCodec extends types.RtpCodecParameters {
  parameters: Record<string, string | number>;
  rtcpFeedback: types.RtcpFeedback[];
}

/** Payload types with a meaning without `a=rtpmap` (RFC 3551 section 6). */
const StaticCodecs: Record<number, { name: string; clockRate: number }> = {
  0: { name: 'PCMU', clockRate: 8000 },
  8: { name: 'PCMA', clockRate: 8000 },
  9: { name: 'G722', clockRate: 8000 },
};

/**
 * The codecs of an m-section in its order: `a=rtpmap`, `a=fmtp`, `a=rtcp-fb`. Formats nobody explains are left out.
 * @throws SdpError
 */
export function readCodecs(section: SdpSection, kind: 'audio' | 'video', formats: readonly string[]): RemoteCodec[] {
  const maps = new Map<number, string>();
  for (const value of section.attributes('rtpmap')) {
    const space = value.indexOf(' ');
    maps.set(Number(value.slice(0, space)), value.slice(space + 1));
  }
  const codecs: RemoteCodec[] = [];
  for (const format of formats) {
    const payloadType = Number(format);
    if (!/^\d{1,3}$/.test(format) || payloadType > 127) throw section.error(`${format} is not an RTP payload type`);
    const fixed = StaticCodecs[payloadType];
    const map = maps.get(payloadType) ?? (fixed && `${fixed.name}/${fixed.clockRate}`);
    if (map === undefined || codecs.some((codec) => codec.payloadType === payloadType)) continue;
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
  for (const { mimeType, payloadType, parameters } of codecs) {
    if (!/\/rtx$/i.test(mimeType) || typeof parameters['apt'] === 'number') continue;
    throw section.errorAt(`rtx payload type ${payloadType} has no apt`, 'rtpmap', `${payloadType} `);
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
