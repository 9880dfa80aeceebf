// Encoders for scenarios: one packet a frame, nothing random, so that what is forwarded can be told by its bytes.
import { rtp, senderReport, vp8 } from './rtp.mjs';

/** Temporal layers of four frames with three layers, and whether each refers to the base layer only. */
const pattern = [
  { temporalLayer: 0, isSwitchingPoint: true },
  { temporalLayer: 2, isSwitchingPoint: true },
  { temporalLayer: 1, isSwitchingPoint: true },
  { temporalLayer: 2, isSwitchingPoint: false },
];

const clockTicks = 3000;

/** A stream at 30 frames a second; frames and sender reports go through a producer of a DirectTransport. */
class Stream {
  #first;
  #sequence = 0;

  constructor({ producer, transport, ssrc, payloadType = 112, extensions }) {
    Object.assign(this, { producer, transport, ssrc, payloadType, extensions });
    // Streams of a simulcast begin anywhere; their sender reports say what belongs together.
    this.#first = 1000 * ssrc;
  }

  timestamp(frame) {
    return (this.#first + clockTicks * frame) >>> 0;
  }

  /** Sends a payload in a packet of its own. */
  send(frame, payload, marker = true) {
    const sequence = ++this.#sequence;
    const { ssrc, payloadType, extensions } = this;
    this.producer.send(rtp({ ssrc, payloadType, sequence, timestamp: this.timestamp(frame), marker, payload, extensions }));
  }

  /** Says when frame 0 was captured. */
  report() {
    this.transport.sendRtcp(
      senderReport({ ssrc: this.ssrc, timestamp: this.timestamp(0), packets: this.#sequence, octets: 100 * this.#sequence }),
    );
  }
}

/** VP8 (RFC 7741) with three temporal layers, or one. */
export class Vp8Stream extends Stream {
  #hasLayers;
  #phase = 0;
  #tl0 = 0;

  constructor({ temporalLayers = 1, ...options }) {
    super(options);
    this.#hasLayers = temporalLayers > 1;
  }

  /** Sends the frame of that number. */
  encode(frame, keyFrame = false) {
    if (keyFrame) this.#phase = 0;
    const { temporalLayer, isSwitchingPoint } = this.#hasLayers ? pattern[this.#phase++ % 4] : pattern[0];
    if (temporalLayer === 0) this.#tl0++;
    this.send(frame, vp8({ keyFrame, pictureId: frame, tl0: this.#tl0, temporalLayer, sync: isSwitchingPoint }));
  }
}

/** VP9 (RFC 9628) with three temporal and some spatial layers in one stream. */
export class Vp9Stream extends Stream {
  #spatialLayers;
  #isKeyOnly;
  #phase = 0;
  #tl0 = 0;

  /** isKeyOnly: spatial layers refer to each other in key frames only, as in L3T3_KEY. */
  constructor({ spatialLayers, isKeyOnly = false, ...options }) {
    super(options);
    this.#spatialLayers = spatialLayers;
    this.#isKeyOnly = isKeyOnly;
  }

  /** Sends all layers of the picture of that number. */
  encode(frame, keyFrame = false) {
    if (keyFrame) this.#phase = 0;
    const { temporalLayer, isSwitchingPoint } = pattern[this.#phase++ % 4];
    if (temporalLayer === 0) this.#tl0++;
    for (let spatialLayer = 0; spatialLayer < this.#spatialLayers; spatialLayer++) {
      const dependsOnLower = spatialLayer > 0 && (keyFrame || !this.#isKeyOnly);
      const payload = [
        0xac | (keyFrame ? 0 : 0x40),
        0x80 | (frame >> 8), frame & 0xff,
        (temporalLayer << 5) | (isSwitchingPoint ? 0x10 : 0) | (spatialLayer << 1) | (dependsOnLower ? 1 : 0),
        this.#tl0,
        0x10, 0x20, 0x30,
      ];
      this.send(frame, payload, spatialLayer === this.#spatialLayers - 1);
    }
  }
}
