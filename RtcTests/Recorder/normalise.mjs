// Takes out of a message what differs from run to run, and leaves its shape: how long a secret is, whether two ports are
// the same, whether a figure is zero.
import { describeRtcp, describeRtp, isRtcp } from './rtp.mjs';

/** Lists that are sets: their order hangs on how a worker keeps them. */
const sets = /^map[A-Z]|(Ids|Handlers|Table|subchannels|localIceUsernameFragments)$/;

/** Bits a second that a worker estimates, as opposed to what it is told. */
const estimates = /^(start|available|availableOutgoing)Bitrate$/;

/** Bits a second that a worker measures: the field that counts the same, which is zero where nothing ever passed. */
function counterOf(key) {
  if (key === 'bitrate') return 'byteCount';
  const [, kind, direction] = /^(\w*?)(recv|send)Bitrate$/i.exec(key) ?? [];
  if (direction === undefined) return null;
  const counter = `${kind}Bytes${/recv/i.test(direction) ? 'Received' : 'Sent'}`;
  return counter[0].toLowerCase() + counter.slice(1);
}

/** Whether a transport counts reports in its bytes, which come by timers where there is media. */
const mayReport = (key, { rtpBytesSent, rtpBytesReceived }) =>
  (key === 'bytesSent' || key === 'bytesReceived') && (rtpBytesSent > 0 || rtpBytesReceived > 0);

const sorted = (items) =>
  items
    .map((item) => [JSON.stringify(item), item])
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([, item]) => item);

export class Normaliser {
  #seen = new Map();
  #firstSequences = new Map();

  /** The same value gives the same name: port1, port2 … */
  name(kind, value) {
    const key = `${kind} ${value}`;
    if (!this.#seen.has(key)) {
      const count = [...this.#seen.keys()].filter((other) => other.startsWith(`${kind} `)).length;
      this.#seen.set(key, `<${kind}${count + 1}>`);
    }
    return this.#seen.get(key);
  }

  /** The sequence number with which a stream that was seen began. */
  firstSequence(ssrc) {
    return this.#firstSequences.get(ssrc);
  }

  /** An RTP or RTCP packet in words. */
  packet(bytes) {
    const packet = Buffer.from(bytes);
    if (isRtcp(packet)) return describeRtcp(packet);
    if (packet.length >= 12 && packet[0] >> 6 === 2) return describeRtp(packet, this.#firstSequences);
    return packet.toString('hex');
  }

  /** A message body as plain values in which nothing changes from run to run. */
  value(value, key = '') {
    if (value === null || value === undefined) return null;
    if (value instanceof Uint8Array) return this.packet(value);
    if (Array.isArray(value)) {
      if (key === 'data' && value.every((item) => typeof item === 'number')) return this.packet(value);
      const items = value.map((item) => this.value(item, key));
      return sets.test(key) ? sorted(items) : items;
    }
    if (typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([name, field]) => [name, this.#measured(name, value) ?? this.value(field, name)]),
      );
    }
    if (typeof value === 'bigint') return this.#number(Number(value), key);
    if (typeof value === 'number') return this.#number(value, key);
    if (typeof value === 'string') return this.#text(value, key);
    return value;
  }

  /** The name of a measured figure that hangs on how fast the machine is; null when it is another field. */
  #measured(key, fields) {
    const counter = counterOf(key);
    if (counter !== null && (fields[counter] ?? 1) > 0) return '<bps>';
    return mayReport(key, fields) ? '<n>' : null;
  }

  #number(value, key) {
    if (key === 'pid') return '<pid>';
    if (/^ru[A-Z]/.test(key)) return '<n>';
    if (key === 'timestamp' && value > 0) return '<ms>';
    // Each worker counts its own probes too.
    if (key === 'wideSequenceNumber' && value > 0) return '<n>';
    // A consumer's numbers begin anywhere, but never this low.
    if (key === 'sequenceNumber' && value >= 1000) return '<n>';
    if (/port$/i.test(key)) return value === 0 ? 0 : this.name('port', value);
    if (estimates.test(key)) return value === 0 ? 0 : '<bps>';
    if (/^(jitter|roundTripTime)$/.test(key)) return value === 0 ? 0 : `<${key}>`;
    return value;
  }

  #text(value, key) {
    if (key === 'localIceUsernameFragment') return `${this.name('usernameFragment', value)} of ${value.length}`;
    if (key === 'usernameFragment' || key === 'password' || key === 'keyBase64') {
      return `${this.name(key, value)} of ${value.length}`;
    }
    if (key === 'value' && /^([0-9A-F]{2}:)+[0-9A-F]{2}$/.test(value)) return `<${(value.length + 1) / 3} bytes>`;
    if (key === 'remoteCert') return /^-----BEGIN CERTIFICATE-----\n/.test(value) ? '<certificate>' : value;
    return value;
  }
}
