/**
 * One stream of a sent track: simulcast has several.
 * @typedef {{rid?: string, width?: number, height?: number, rate: number, bitrate: number, active: boolean}} StreamNumbers
 *
 * What one reading tells of a track.
 * @typedef {{bitrate?: number, loss?: number, roundTripMs?: number, codec?: string, mode?: string, limited?: string,
 *   width?: number, height?: number, rate?: number, streams: StreamNumbers[]}} TrackNumbers kbit/s, percent,
 *   milliseconds, pixels and frames a second
 * @typedef {{tracks: Map<string, TrackNumbers>, path?: string}} Reading tracks by kind
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
      let pair;
      for (const entry of report.values()) {
        if (entry.type === 'inbound-rtp' || entry.type === 'outbound-rtp') streams.push(entry);
        if (entry.type === 'transport') pair = report.get(entry.selectedCandidatePairId);
      }
      const protocol = report.get(pair?.remoteCandidateId)?.protocol;
      if (protocol) reading.path = protocol.toUpperCase();
      const kind = endpoint.track?.kind ?? streams[0]?.kind;
      if (kind) reading.tracks.set(kind, this.#readTrack(streams, report, pair));
    }
    return reading;
  }

  #readTrack(entries, report, pair) {
    const track = { streams: [] };
    const packets = { lost: 0, all: 0 };
    let roundTrip;
    for (const entry of entries) {
      const passed = this.#delta(entry);
      if (passed) {
        track.bitrate = (track.bitrate ?? 0) + passed.kilobits;
        packets.lost += passed.lost;
        packets.all += passed.lost + passed.received;
      }
      const remote = report.get(entry.remoteId);
      if (entry.type === 'outbound-rtp' && remote) {
        packets.lost += remote.fractionLost ?? 0;
        packets.all += 1;
        roundTrip ??= remote.roundTripTime;
      }
      track.codec ??= report.get(entry.codecId)?.mimeType?.split('/')[1];
      if (entry.scalabilityMode && !/^L1T\d$/.test(entry.scalabilityMode)) track.mode = entry.scalabilityMode;
      const reason = entry.qualityLimitationReason;
      if (entry.active !== false && reason && reason !== 'none') track.limited = reason;
      track.streams.push(describeStream(entry, passed));
    }
    if (packets.all > 0) track.loss = (100 * packets.lost) / packets.all;
    roundTrip ??= pair?.currentRoundTripTime;
    if (roundTrip !== undefined) track.roundTripMs = 1000 * roundTrip;
    track.streams.sort((one, other) => (one.height ?? Infinity) - (other.height ?? Infinity));
    const shown = track.streams.findLast(({ height, active }) => height && active);
    return { ...track, ...(shown && { width: shown.width, height: shown.height, rate: shown.rate }) };
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
}

/** @returns {StreamNumbers} */
function describeStream({ rid, frameWidth, frameHeight, framesPerSecond, active }, passed) {
  const rate = Math.round(framesPerSecond ?? 0);
  return { rid, width: frameWidth, height: frameHeight, rate, bitrate: passed?.kilobits ?? 0, active: active !== false };
}
