/**
 * What one reading tells.
 * @typedef {{bitrate?: number, loss?: number, layers?: string}} TrackNumbers kbit/s, percent, and sizes or codec
 * @typedef {{tracks: Map<string, TrackNumbers>, roundTripMs?: number, path?: string}} Reading tracks by kind
 */

/** Turns successive stats reports of one direction into numbers by track. */
export class Numbers {
  #last = new Map();

  /**
   * @param {(RTCRtpReceiver | RTCRtpSender)[]} endpoints the tile's tracks
   * @returns {Promise<Reading>}
   */
  async read(endpoints) {
    const reading = { tracks: new Map() };
    for (const endpoint of endpoints) {
      const report = await endpoint.getStats();
      const streams = [];
      for (const entry of report.values()) {
        if (entry.type === 'inbound-rtp' || entry.type === 'outbound-rtp') streams.push(entry);
        if (entry.type === 'transport') this.#takePath(report.get(entry.selectedCandidatePairId), report, reading);
      }
      const kind = endpoint.track?.kind ?? streams[0]?.kind;
      if (kind) reading.tracks.set(kind, this.#readTrack(streams, report));
    }
    return reading;
  }

  /** All streams of a track together: simulcast has several. */
  #readTrack(streams, report) {
    const track = {};
    const packets = { lost: 0, all: 0 };
    const sizes = [];
    let codec;
    for (const entry of streams) {
      const passed = this.#delta(entry);
      if (passed) {
        track.bitrate = (track.bitrate ?? 0) + passed.kilobits;
        packets.lost += passed.lost;
        packets.all += passed.lost + passed.received;
      }
      if (entry.type === 'outbound-rtp') {
        const remote = report.get(entry.remoteId);
        if (remote) [packets.lost, packets.all] = [packets.lost + (remote.fractionLost ?? 0), packets.all + 1];
      }
      if (entry.frameHeight) sizes.push(`${entry.frameHeight}p @ ${Math.round(entry.framesPerSecond ?? 0)}/s`);
      codec ??= report.get(entry.codecId)?.mimeType?.split('/')[1];
      if (entry.scalabilityMode && entry.scalabilityMode !== 'L1T1') sizes.push(entry.scalabilityMode);
    }
    if (packets.all > 0) track.loss = (100 * packets.lost) / packets.all;
    const layers = [codec, ...sizes].filter(Boolean);
    if (layers.length > 0) track.layers = layers.join(' · ');
    return track;
  }

  #delta(entry) {
    const now = {
      timestamp: entry.timestamp,
      bytes: entry.bytesReceived ?? entry.bytesSent ?? 0,
      lost: entry.packetsLost ?? 0,
      received: entry.packetsReceived ?? 0,
    };
    const before = this.#last.get(entry.id);
    this.#last.set(entry.id, now);
    const passedMs = now.timestamp - before?.timestamp;
    if (!(passedMs > 0)) return undefined;
    return {
      kilobits: Math.max(0, (8 * (now.bytes - before.bytes)) / passedMs),
      lost: Math.max(0, now.lost - before.lost),
      received: now.received - before.received,
    };
  }

  #takePath(pair, report, reading) {
    if (!pair) return;
    if (pair.currentRoundTripTime !== undefined) reading.roundTripMs = 1000 * pair.currentRoundTripTime;
    const remote = report.get(pair.remoteCandidateId);
    if (remote?.protocol) reading.path = remote.protocol.toUpperCase();
  }
}
