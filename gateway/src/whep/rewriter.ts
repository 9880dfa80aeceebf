/** Where an RTP packet's fields are (RFC 3550 section 5.1). */
const Field = { sequence: 2, timestamp: 4, ssrc: 8 } as const;
/** RTCP packet types (RFC 3550 section 12.1, RFC 4585 section 6.1). */
const SenderReport = 200;
const PayloadFeedback = 206;

/**
 * Makes one continuous RTP stream of several that follow each other: one SSRC, sequence numbers without gap at the
 * change, timestamps that go on at the clock rate. Gaps within a stream stay, so that they can be reported.
 */
export class StreamRewriter {
  readonly ssrc: number;
  readonly #clockRate: number;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  #lastSequence = 0;
  #lastTimestamp = 0;
  #lastAtMs = 0;
  #started = false;
  #fresh = true;

  /** @param clockRate in Hz */
  constructor(ssrc: number, clockRate: number) {
    this.ssrc = ssrc;
    this.#clockRate = clockRate;
  }

  /** The next packet comes from another stream. */
  change(): void {
    this.#fresh = true;
  }

  /** Rewrites a packet in place. `nowMs` is monotonic. */
  rewrite(packet: Buffer, nowMs: number): void {
    const sequence = packet.readUInt16BE(Field.sequence);
    const timestamp = packet.readUInt32BE(Field.timestamp);
    if (this.#fresh) this.#join(sequence, timestamp, nowMs);
    const [outSequence, outTimestamp] = [(sequence + this.#sequenceOffset) & 0xffff, (timestamp + this.#timestampOffset) >>> 0];
    packet.writeUInt16BE(outSequence, Field.sequence);
    packet.writeUInt32BE(outTimestamp, Field.timestamp);
    packet.writeUInt32BE(this.ssrc, Field.ssrc);
    if (this.#started && ((outSequence - this.#lastSequence) & 0xffff) > 0x8000) return;
    this.#started = true;
    this.#lastSequence = outSequence;
    this.#lastTimestamp = outTimestamp;
    this.#lastAtMs = nowMs;
  }

  /**
   * Rewrites the sender report at the start of a compound packet in place, so that sound and picture stay together.
   * @returns whether there is one that may be sent on
   */
  rewriteReport(rtcp: Buffer): boolean {
    if (this.#fresh || rtcp.length < 28 || rtcp[1] !== SenderReport) return false;
    rtcp.writeUInt32BE(this.ssrc, 4);
    rtcp.writeUInt32BE((rtcp.readUInt32BE(16) + this.#timestampOffset) >>> 0, 16);
    return true;
  }

  #join(sequence: number, timestamp: number, nowMs: number): void {
    this.#fresh = false;
    if (!this.#started) return;
    const passed = Math.max(1, Math.round(((nowMs - this.#lastAtMs) * this.#clockRate) / 1000));
    this.#sequenceOffset = (this.#lastSequence + 1 - sequence) & 0xffff;
    this.#timestampOffset = (this.#lastTimestamp + passed - timestamp) >>> 0;
  }
}

/** Who sent the sender report at the start of a compound packet. */
export function reportSender(rtcp: Buffer): number | undefined {
  return rtcp.length >= 28 && rtcp[1] === SenderReport ? rtcp.readUInt32BE(4) : undefined;
}

/** Cuts a compound packet to its first packet: what follows a rewritten report names the old SSRC. */
export function firstPacket(rtcp: Buffer): Buffer {
  return rtcp.subarray(0, 4 * (rtcp.readUInt16BE(2) + 1));
}

/** Whether an RTCP packet asks for a key frame: PLI (RFC 4585 section 6.3.1) or FIR (RFC 5104 section 4.3.1). */
export function asksForKeyFrame(rtcp: Buffer): boolean {
  for (let at = 0; at + 4 <= rtcp.length; at += 4 * (rtcp.readUInt16BE(at + 2) + 1)) {
    const format = rtcp[at]! & 0x1f;
    if (rtcp[at + 1] === PayloadFeedback && (format === 1 || format === 4)) return true;
  }
  return false;
}
