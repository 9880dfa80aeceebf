/** Turns successive stats reports of one direction into the numbers of a tile. */
export class Numbers {
  #last = new Map();

  /**
   * @param {RTCRtpReceiver[] | RTCRtpSender[]} endpoints the tile's tracks
   * @returns {Promise<Record<string, string>>} texts by name; names without news are absent
   */
  async read(endpoints) {
    const texts = {};
    const packets = { lost: 0, all: 0 };
    for (const endpoint of endpoints) {
      const report = await endpoint.getStats();
      for (const entry of report.values()) this.#take(entry, report, texts, packets);
    }
    if (packets.all > 0) texts.loss = `${((100 * packets.lost) / packets.all).toFixed(1)} %`;
    return texts;
  }

  #take(entry, report, texts, packets) {
    switch (entry.type) {
      case 'inbound-rtp': {
        this.#takeRate(entry, entry.bytesReceived, texts);
        const [lost, received] = this.#deltas(entry, { lost: entry.packetsLost, received: entry.packetsReceived });
        packets.lost += Math.max(0, lost);
        packets.all += Math.max(0, lost) + received;
        break;
      }
      case 'outbound-rtp':
        this.#takeRate(entry, entry.bytesSent, texts);
        break;
      case 'remote-inbound-rtp':
        packets.lost += entry.fractionLost ?? 0;
        packets.all += 1;
        break;
      case 'transport':
        this.#takePath(report.get(entry.selectedCandidatePairId), report, texts);
        break;
    }
  }

  #takeRate(entry, bytes, texts) {
    const before = this.#last.get(entry.id);
    if (before) {
      const kilobits = (8 * (bytes - before.bytes)) / (entry.timestamp - before.timestamp);
      if (Number.isFinite(kilobits)) texts[`${entry.kind}Bitrate`] = `${Math.max(0, kilobits).toFixed(0)} kbit/s`;
    }
    this.#last.set(entry.id, { ...before, bytes, timestamp: entry.timestamp });
    if (entry.frameWidth) {
      texts.resolution = `${entry.frameWidth}×${entry.frameHeight}@${Math.round(entry.framesPerSecond ?? 0)}`;
    }
  }

  #deltas(entry, counts) {
    const last = this.#last.get(entry.id);
    const before = last.counts ?? counts;
    last.counts = counts;
    return [counts.lost - before.lost, counts.received - before.received];
  }

  #takePath(pair, report, texts) {
    if (!pair) return;
    if (pair.currentRoundTripTime !== undefined) {
      texts.roundTrip = `${(1000 * pair.currentRoundTripTime).toFixed(1)} ms`;
    }
    const remote = report.get(pair.remoteCandidateId);
    if (remote?.protocol) texts.path = remote.protocol.toUpperCase();
  }
}
