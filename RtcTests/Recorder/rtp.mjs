// RTP and RTCP packets: made for a worker, and put in words when they come back.

/**
 * An RTP packet (RFC 3550 section 5.1). extensions maps ids to bytes and is written in the one-byte form of RFC 8285, or
 * in the other where one is too long for that; padding is a number of bytes.
 */
export function rtp({ payloadType, sequence, timestamp = 0, ssrc, marker = false, extensions, payload, padding = 0 }) {
  const head = Buffer.alloc(12);
  head[0] = 0x80 | (padding > 0 ? 0x20 : 0) | (extensions ? 0x10 : 0);
  head[1] = (marker ? 0x80 : 0) | payloadType;
  head.writeUInt16BE(sequence & 0xffff, 2);
  head.writeUInt32BE(timestamp >>> 0, 4);
  head.writeUInt32BE(ssrc, 8);
  const parts = [head];
  if (extensions) {
    const isOneByte = Object.values(extensions).every((value) => value.length <= 16);
    const elements = Object.entries(extensions).map(([id, value]) => {
      const elementHead = isOneByte ? [(Number(id) << 4) | (value.length - 1)] : [Number(id), value.length];
      return Buffer.concat([Buffer.from(elementHead), Buffer.from(value)]);
    });
    const body = Buffer.concat(elements);
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const extensionHead = Buffer.from([...(isOneByte ? [0xbe, 0xde] : [0x10, 0x00]), 0, padded.length / 4]);
    parts.push(extensionHead, padded);
  }
  parts.push(Buffer.from(payload ?? [1, 2, 3, 4]));
  if (padding > 0) {
    parts.push(Buffer.alloc(padding, 0));
    parts.at(-1)[padding - 1] = padding;
  }
  return Buffer.concat(parts);
}

/** A VP8 payload (RFC 7741): descriptor with a 15-bit picture id, TL0PICIDX and TID, and the head of a frame. */
export function vp8({ keyFrame, pictureId = 1, tl0 = 1, temporalLayer = 0, sync = true }) {
  return [
    0x90, 0xe0, 0x80 | (pictureId >> 8), pictureId & 0xff, tl0, (temporalLayer << 6) | (sync ? 0x20 : 0),
    keyFrame ? 0x00 : 0x01, 0x10, 0x20, 0x9d, 0x01, 0x2a,
  ];
}

/** An H264 payload (RFC 6184): a sequence parameter set, or a slice. */
export const h264 = ({ keyFrame }) => (keyFrame ? [0x67, 0x42, 0xe0, 0x1f] : [0x41, 0x9a, 0x00, 0x01]);

/** An RTCP sender report without blocks (RFC 3550 section 6.4.1) and a CNAME. */
export function senderReport({ ssrc, ntpSeconds = 0xe0000000, timestamp, packets, octets, cname = 'c' }) {
  const report = Buffer.alloc(28);
  report.writeUInt32BE(0x80c80006, 0);
  [ssrc, ntpSeconds, 0x80000000, timestamp, packets, octets].forEach((word, index) =>
    report.writeUInt32BE(word, 4 + 4 * index),
  );
  const text = Buffer.from(cname);
  const chunkLength = (4 + 2 + text.length + 1 + 3) & ~3;
  const sdes = Buffer.alloc(4 + chunkLength);
  sdes.writeUInt32BE(0x81ca0000 + chunkLength / 4, 0);
  sdes.writeUInt32BE(ssrc, 4);
  sdes[8] = 1;
  sdes[9] = text.length;
  text.copy(sdes, 10);
  return Buffer.concat([report, sdes]);
}

/** An RTCP receiver report with one block. */
export function receiverReport({ sender = 1, ssrc, fractionLost = 0, lost = 0, highest = 0, jitter = 0 }) {
  const report = Buffer.alloc(32);
  report.writeUInt32BE(0x81c90007, 0);
  [sender, ssrc, ((fractionLost << 24) | (lost & 0xffffff)) >>> 0, highest, jitter, 0, 0].forEach((word, index) =>
    report.writeUInt32BE(word, 4 + 4 * index),
  );
  return report;
}

const feedback = (format, type, words) => {
  const packet = Buffer.alloc(4 + 4 * words.length);
  packet.writeUInt32BE(((0x80 | format) * 0x1000000 + type * 0x10000 + words.length) >>> 0, 0);
  words.forEach((word, index) => packet.writeUInt32BE(word >>> 0, 4 + 4 * index));
  return packet;
};

/** A picture loss indication (RFC 4585 section 6.3.1). */
export const pli = ({ sender = 1, ssrc }) => feedback(1, 206, [sender, ssrc]);

/** A full intra request (RFC 5104 section 4.3.1). */
export const fir = ({ sender = 1, ssrc, sequence = 0 }) => feedback(4, 206, [sender, 0, ssrc, sequence << 24]);

/** A receiver's estimate in bits a second (draft-alvestrand-rmcat-remb). */
export function remb({ sender = 1, ssrc, bitrate }) {
  const exponent = Math.max(0, Math.ceil(Math.log2(bitrate)) - 18);
  const words = [sender, 0, 0x52454d42, 0x1000000 + exponent * 0x40000 + Math.floor(bitrate / 2 ** exponent), ssrc];
  return feedback(15, 206, words);
}

/** A generic NACK (RFC 4585 section 6.2.1). */
export const nack = ({ sender = 1, ssrc, packetId, mask = 0 }) =>
  feedback(1, 205, [sender, ssrc, packetId * 0x10000 + mask]);

/** Whether a datagram is RTCP (RFC 5761 section 4). */
export const isRtcp = (packet) => packet.length >= 8 && packet[1] >= 192 && packet[1] <= 223;

/** Send times, transport-wide numbers and packet ids (extensions 4, 5 and 12 of what a worker sends) begin anywhere. */
function describeExtension(id, value) {
  return (id === 4 || id === 5 || id === 12) && value.some((byte) => byte !== 0) ? '<n>' : value.toString('hex');
}

/** Whether an RTCP packet is a REMB (draft-alvestrand-rmcat-remb). */
export const isRemb = (packet) => packet.length >= 20 && packet[0] === 0x8f && packet.toString('latin1', 12, 16) === 'REMB';

/** Whether it is transport-wide congestion control feedback, which comes by a timer. */
export const isTransportCc = (packet) => (packet[0] & 0x1f) === 15 && packet[1] === 205;

/** Payload types of RTX in the routers of the scenarios: the payload begins with a number of the original packet. */
const retransmissions = new Set([102, 104, 106, 108]);

/** An RTP packet in words. Sequence numbers begin at a random place, so they count from the first of their stream. */
export function describeRtp(packet, firstSequences) {
  const ssrc = packet.readUInt32BE(8);
  const sequence = packet.readUInt16BE(2);
  if (!firstSequences.has(ssrc)) firstSequences.set(ssrc, sequence);
  let offset = 12 + 4 * (packet[0] & 15);
  const extensions = [];
  if (packet[0] & 0x10) {
    const profile = packet.readUInt16BE(offset);
    const end = offset + 4 + 4 * packet.readUInt16BE(offset + 2);
    offset += 4;
    const isOneByte = profile === 0xbede;
    extensions.push(isOneByte ? 'one-byte' : 'two-byte');
    while (offset < end) {
      const id = isOneByte ? packet[offset] >> 4 : packet[offset];
      if (id === 0) {
        offset++;
        continue;
      }
      const length = isOneByte ? (packet[offset] & 15) + 1 : packet[offset + 1];
      offset += isOneByte ? 1 : 2;
      extensions.push(`${id}=${describeExtension(id, packet.subarray(offset, offset + length))}`);
      offset += length;
    }
    offset = end;
  }
  const padding = packet[0] & 0x20 ? packet.at(-1) : 0;
  const payload = packet.subarray(offset, packet.length - padding).toString('hex');
  return {
    ssrc,
    sequence: `+${(sequence - firstSequences.get(ssrc)) & 0xffff}`,
    timestamp: packet.readUInt32BE(4),
    payloadType: packet[1] & 0x7f,
    marker: (packet[1] & 0x80) !== 0,
    extensions: extensions.join(' '),
    payload: retransmissions.has(packet[1] & 0x7f) ? `<n>${payload.slice(4)}` : payload,
    padding,
  };
}

const names = { 200: 'SR', 201: 'RR', 202: 'SDES', 203: 'BYE', 204: 'APP', 205: 'RTPFB', 206: 'PSFB', 207: 'XR' };

/** What a compound RTCP packet holds: kinds, formats and SSRCs, without times. */
export function describeRtcp(compound) {
  const packets = [];
  for (let offset = 0; offset + 8 <= compound.length; ) {
    const count = compound[offset] & 31;
    const type = compound[offset + 1];
    const end = offset + 4 + 4 * compound.readUInt16BE(offset + 2);
    const parts = [`${names[type] ?? type}/${count}`, `ssrc ${compound.readUInt32BE(offset + 4)}`];
    if (type === 205 || type === 206) parts.push(`media ${compound.readUInt32BE(offset + 8)}`);
    if (type === 206 && count === 4) parts.push(`fir ${compound.readUInt32BE(offset + 12)}`);
    if (type === 206 && count === 15) parts.push(`REMB ${compound.subarray(offset + 16, end).toString('hex')}`);
    if (type === 205 && count === 1) parts.push(`lost ${compound.subarray(offset + 14, end).toString('hex')}`);
    if (type === 200 && count > 0) parts.push(`about ${compound.readUInt32BE(offset + 28)}`);
    if (type === 201 && count > 0) parts.push(`about ${compound.readUInt32BE(offset + 8)}`);
    if (type === 202) parts.push(compound.subarray(offset + 10, offset + 10 + compound[offset + 9]).toString());
    if (type === 207) parts.push(`block ${compound[offset + 8]}`);
    packets.push(parts.join(' '));
    offset = end;
  }
  return packets;
}
