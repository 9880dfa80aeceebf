import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** What a receiving RTCPeerConnection has got, by kind. */
export interface Received {
  framesDecoded: number;
  freezeCount: number;
  width: number;
  packetsLost: number;
  packetsReceived: number;
  audioEnergy: number;
  audioPacketsLost: number;
  audioPacketsReceived: number;
  /** Protocol of the selected candidate pair. */
  protocol: string;
}

/** Reads the stats of the peer connection that the page's expression yields. */
export function readReceived(page: Page, expression: string): Promise<Received> {
  return page.evaluate(async (source) => {
    const peer = new Function(`return ${source}`)() as RTCPeerConnection;
    const report = new Map<string, Record<string, unknown>>();
    (await peer.getStats()).forEach((entry, id) => report.set(id as string, entry as Record<string, unknown>));
    const entries = [...report.values()];
    // mediasoup-client keeps one more m-section, for the padding by which the worker probes the bandwidth.
    const isMedia = (entry: Record<string, unknown>): boolean =>
      entry['type'] === 'inbound-rtp' && entry['mid'] !== 'probator';
    const inbound = (kind: string): Record<string, number> =>
      (entries.find((entry) => isMedia(entry) && entry['kind'] === kind) ?? {}) as Record<string, number>;
    const [video, audio] = [inbound('video'), inbound('audio')];
    const transport = entries.find((entry) => entry['type'] === 'transport');
    const pair = report.get(String(transport?.['selectedCandidatePairId']));
    return {
      framesDecoded: video['framesDecoded'] ?? 0,
      freezeCount: video['freezeCount'] ?? 0,
      width: video['frameWidth'] ?? 0,
      packetsLost: video['packetsLost'] ?? 0,
      packetsReceived: video['packetsReceived'] ?? 0,
      audioEnergy: audio['totalAudioEnergy'] ?? 0,
      audioPacketsLost: audio['packetsLost'] ?? 0,
      audioPacketsReceived: audio['packetsReceived'] ?? 0,
      protocol: String(report.get(String(pair?.['remoteCandidateId']))?.['protocol']),
    };
  }, expression);
}

/** Waits until a video element has shown `frames` more frames, and counts how many of them differ from the one before. */
export function countChangedFrames(page: Page, selector: string, frames: number): Promise<number> {
  return page.evaluate(
    async ([query, count]) => {
      const video = document.querySelector<HTMLVideoElement>(query as string)!;
      const canvas = new OffscreenCanvas(160, 90);
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      let before: Uint8ClampedArray | undefined;
      let changed = 0;
      for (let index = 0; index < Number(count); index += 1) {
        await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
        context.drawImage(video, 0, 0, 160, 90);
        const pixels = context.getImageData(0, 0, 160, 90).data;
        if (before?.some((value, place) => Math.abs(value - pixels[place]!) > 8)) changed += 1;
        before = pixels;
      }
      return changed;
    },
    [selector, frames] as const,
  );
}

/**
 * A busy machine is late with a picture now and then, which counts as a freeze. A publisher that is held back, as one that
 * gets no transport-wide feedback, makes a dozen of them in the few seconds of a test.
 */
const FreezesOfABusyMachine = 3;

/** Says that media flows whole: pictures decoded, nothing lost, no frozen picture, sound heard. */
export function assertWhole(received: Received): void {
  assert.ok(received.framesDecoded > 30, `${received.framesDecoded} frames decoded`);
  assert.ok(received.width > 0, 'the picture has a width');
  assert.ok(received.audioEnergy > 0, 'sound is heard');
  assert.ok(received.packetsReceived > 0 && received.audioPacketsReceived > 0, 'packets of both kinds came');
  assert.deepEqual({ video: received.packetsLost, audio: received.audioPacketsLost }, { video: 0, audio: 0 }, 'nothing is lost');
  assert.ok(received.freezeCount <= FreezesOfABusyMachine, `${received.freezeCount} freezes`);
}
