/** SCTP payload protocol id of the Data Channel Establishment Protocol (RFC 8832 section 8.1). */
export const DcepPpid = 50;

/** What a data channel is called and how its messages travel. */
export interface ChannelParameters {
  label: string;
  protocol: string;
  ordered: boolean;
  /** Milliseconds; at most one of the two limits is there. */
  maxPacketLifeTime?: number;
  maxRetransmits?: number;
}

const MessageType = { ack: 0x02, open: 0x03 } as const;
const ChannelType = { reliable: 0, retransmits: 1, lifeTime: 2, unordered: 0x80 } as const;
/** RFC 8832 section 5.1: priority of a channel about which nothing is said (RFC 8831 section 6.4, "normal"). */
const NormalPriority = 256;
const HeaderLength = 12;
/** Longest label and protocol that are taken, in bytes. Both end up at every viewer. */
const MaxTextLength = 1024;

/** DATA_CHANNEL_ACK (RFC 8832 section 5.2). */
export function writeAck(): Buffer {
  return Buffer.of(MessageType.ack);
}

/** DATA_CHANNEL_OPEN (RFC 8832 section 5.1). */
export function writeOpen(channel: ChannelParameters): Buffer {
  const label = Buffer.from(channel.label);
  const protocol = Buffer.from(channel.protocol);
  const message = Buffer.alloc(HeaderLength + label.length + protocol.length);
  const { maxRetransmits, maxPacketLifeTime } = channel;
  const limit = maxRetransmits ?? maxPacketLifeTime;
  const limited = maxRetransmits === undefined ? ChannelType.lifeTime : ChannelType.retransmits;
  const type = limit === undefined ? ChannelType.reliable : limited;
  message.writeUInt8(MessageType.open, 0);
  message.writeUInt8(channel.ordered ? type : type | ChannelType.unordered, 1);
  message.writeUInt16BE(NormalPriority, 2);
  message.writeUInt32BE(limit ?? 0, 4);
  message.writeUInt16BE(label.length, 8);
  message.writeUInt16BE(protocol.length, 10);
  label.copy(message, HeaderLength);
  protocol.copy(message, HeaderLength + label.length);
  return message;
}

/** Reads a DATA_CHANNEL_OPEN; undefined where it is something else, malformed, or names more than 1,024 bytes. */
export function parseOpen(message: Buffer): ChannelParameters | undefined {
  if (message.length < HeaderLength || message.readUInt8(0) !== MessageType.open) return undefined;
  const type = message.readUInt8(1);
  const limit = message.readUInt32BE(4);
  const labelLength = message.readUInt16BE(8);
  const protocolLength = message.readUInt16BE(10);
  const end = HeaderLength + labelLength + protocolLength;
  if (message.length !== end || Math.max(labelLength, protocolLength) > MaxTextLength) return undefined;
  const kind = type & ~ChannelType.unordered;
  if (kind > ChannelType.lifeTime) return undefined;
  const label = decodeText(message.subarray(HeaderLength, HeaderLength + labelLength));
  const protocol = decodeText(message.subarray(HeaderLength + labelLength, end));
  if (label === undefined || protocol === undefined) return undefined;
  return {
    label,
    protocol,
    ordered: (type & ChannelType.unordered) === 0,
    ...(kind === ChannelType.retransmits && { maxRetransmits: Math.min(limit, 0xffff) }),
    ...(kind === ChannelType.lifeTime && { maxPacketLifeTime: Math.min(limit, 0xffff) }),
  };
}

function decodeText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not UTF-8, which RFC 8832 section 5.1 asks for.
    return undefined;
  }
}
