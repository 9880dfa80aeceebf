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
  send(frame, payload, marker = true, extensions = this.extensions) {
    const sequence = ++this.#sequence;
    const { ssrc, payloadType } = this;
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
  #rest;
  #phase = 0;
  #tl0 = 0;

  /** frameBytes: how long a frame is at least. */
  constructor({ temporalLayers = 1, frameBytes = 0, ...options }) {
    super(options);
    this.#hasLayers = temporalLayers > 1;
    this.#rest = new Array(frameBytes).fill(1);
  }

  /** Sends the frame of that number. */
  encode(frame, keyFrame = false) {
    if (keyFrame) this.#phase = 0;
    const { temporalLayer, isSwitchingPoint } = this.#hasLayers ? pattern[this.#phase++ % 4] : pattern[0];
    if (temporalLayer === 0) this.#tl0++;
    const payload = vp8({ keyFrame, pictureId: frame, tl0: this.#tl0, temporalLayer, sync: isSwitchingPoint });
    this.send(frame, [...payload, ...this.#rest]);
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

  /** Sends the layers of the picture of that number, all or the lowest ones. */
  encode(frame, keyFrame = false, spatialLayers = this.#spatialLayers) {
    if (keyFrame) this.#phase = 0;
    const { temporalLayer, isSwitchingPoint } = pattern[this.#phase++ % 4];
    if (temporalLayer === 0) this.#tl0++;
    for (let spatialLayer = 0; spatialLayer < spatialLayers; spatialLayer++) {
      const dependsOnLower = spatialLayer > 0 && (keyFrame || !this.#isKeyOnly);
      const payload = [
        0xac | (keyFrame ? 0 : 0x40),
        0x80 | (frame >> 8), frame & 0xff,
        (temporalLayer << 5) | (isSwitchingPoint ? 0x10 : 0) | (spatialLayer << 1) | (dependsOnLower ? 1 : 0),
        this.#tl0,
        0x10, 0x20, 0x30,
      ];
      this.send(frame, payload, spatialLayer === spatialLayers - 1);
    }
  }
}

/** Bits one behind the other. */
class BitWriter {
  #bits = '';

  add(value, count) {
    this.#bits += value.toString(2).padStart(count, '0');
    return this;
  }

  get bytes() {
    const padded = this.#bits.padEnd(Math.ceil(this.#bits.length / 8) * 8, '0');
    return padded.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  }
}

/**
 * A stream whose layers are told by dependency descriptors (AV1 RTP specification, appendix A), AV1 or H264: three
 * temporal and some spatial layers. There is a decode target for each pair of layers, and a template for each pair of
 * layers beside those of key frames.
 */
export class DescribedStream extends Stream {
  #spatialLayers;
  #isKeyOnly;
  #payload;
  #extensionId;
  #phase = 0;
  #number = 0;

  constructor({ spatialLayers, isKeyOnly = false, payload, extensionId, ...options }) {
    super(options);
    this.#spatialLayers = spatialLayers;
    this.#isKeyOnly = isKeyOnly;
    this.#payload = payload;
    this.#extensionId = extensionId;
  }

  /** Sends the layers of the picture of that number, all or the lowest ones. */
  encode(frame, keyFrame = false, spatialLayers = this.#spatialLayers) {
    if (keyFrame) this.#phase = 0;
    const { temporalLayer } = pattern[this.#phase++ % 4];
    for (let spatialLayer = 0; spatialLayer < spatialLayers; spatialLayer++) {
      const descriptor = this.#descriptor(spatialLayer, temporalLayer, keyFrame);
      this.send(frame, this.#payload({ keyFrame }), spatialLayer === spatialLayers - 1, {
        [this.#extensionId]: descriptor,
      });
    }
  }

  #descriptor(spatialLayer, temporalLayer, keyFrame) {
    const bits = new BitWriter();
    const templateId = spatialLayer * 4 + (keyFrame ? 0 : temporalLayer + 1);
    bits.add(0b11, 2).add(templateId, 6).add(++this.#number & 0xffff, 16);
    if (keyFrame && spatialLayer === 0) this.#addStructure(bits);
    return bits.bytes;
  }

  #addStructure(bits) {
    const layers = [];
    for (let spatial = 0; spatial < this.#spatialLayers; spatial++) {
      for (const temporal of [0, 0, 1, 2]) layers.push({ spatial, temporal, isKey: layers.length % 4 === 0 });
    }
    const targets = [];
    for (let spatial = 0; spatial < this.#spatialLayers; spatial++) {
      for (const temporal of [0, 1, 2]) targets.push({ spatial, temporal });
    }
    bits.add(0b10000, 5).add(0, 6).add(targets.length - 1, 5);
    layers.forEach((layer, index) => bits.add(this.#nextLayer(layer, layers[index + 1]), 2));
    for (const layer of layers) {
      for (const target of targets) bits.add(this.#indication(layer, target), 2);
    }
    // Frames refer to what the temporal pattern says; a receiver that forwards has no use for it.
    for (const layer of layers) bits.add(layer.isKey ? 0b0 : 0b100000, layer.isKey ? 1 : 6);
    // No chains, no resolutions.
    const chainBits = 31 - Math.clz32(targets.length + 1);
    bits.add(0, chainBits).add(0, 1);
  }

  #nextLayer(layer, next) {
    if (next === undefined) return 3;
    if (next.spatial > layer.spatial) return 2;
    return next.temporal > layer.temporal ? 1 : 0;
  }

  /** 0 not present, 1 discardable, 2 switch, 3 required. */
  #indication(layer, target) {
    if (layer.spatial > target.spatial || layer.temporal > target.temporal) return 0;
    if (layer.spatial < target.spatial) return this.#isKeyOnly && !layer.isKey ? 0 : 3;
    return layer.temporal < target.temporal || layer.temporal === 0 ? 2 : 1;
  }
}
