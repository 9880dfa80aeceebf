import type { types } from 'mediasoup';
import { NegotiationError } from './errors.ts';
import { msidOf, uniqueMsid } from './msid.ts';
import type { RemoteMedia } from './remote-media.ts';
import type { LocalMedia, LocalRtpMedia } from './write.ts';

/** A track as the peer sees it. */
export interface SubscribedTrack {
  mid: string;
  consumer: types.Consumer;
  producerId: string;
  /** The publisher's MediaStream id, which is the id of the stream at the peer too (RFC 8830). */
  streamId: string;
  trackId: string;
}

/** One m-section of a receiving connection. Its place never changes. */
interface Slot {
  kind: types.MediaKind | 'application';
  mid: string;
  /**
   * - `offered`: has a Consumer, or wants data channels, and waits for the answer
   * - `flowing`: the peer receives it
   * - `idle`: inactive, free for a track of the same kind under the same mid
   * - `rejected`: port 0, free for any track under a new mid (RFC 8829 section 5.2.2)
   */
  state: 'offered' | 'flowing' | 'idle' | 'rejected';
  track?: SubscribedTrack;
  /** As last offered; what an inactive m-section repeats. */
  described?: LocalRtpMedia;
}

/** Protocol and formats of an m-section with port 0, by kind. */
const RejectedForm = {
  audio: { protocol: 'UDP/TLS/RTP/SAVPF', formats: '0' },
  video: { protocol: 'UDP/TLS/RTP/SAVPF', formats: '0' },
  application: { protocol: 'UDP/DTLS/SCTP', formats: 'webrtc-datachannel' },
} as const;

/** The m-sections of a receiving connection and the Consumers in them. */
export class SubscribeSlots {
  readonly capabilities: types.RtpCapabilities;
  readonly #transport: types.WebRtcTransport;
  readonly #maxMessageSize: number;
  readonly #onGone: () => void;
  readonly #slots: Slot[] = [];
  /** Parameters by payload type: BUNDLE asks that one payload type means the same in all m-sections (RFC 8843 9.1). */
  readonly #parameters = new Map<number, Record<string, unknown>>();
  #nextMid = 0;
  #dirty = false;
  #offeredData = false;

  constructor(transport: types.WebRtcTransport, capabilities: types.RtpCapabilities, onGone: () => void) {
    this.#transport = transport;
    this.#maxMessageSize = transport.sctpParameters?.maxReceiveMessageSize ?? 0;
    this.capabilities = capabilities;
    this.#onGone = onGone;
  }

  get tracks(): SubscribedTrack[] {
    return this.#slots.flatMap((slot) => (slot.track ? [slot.track] : []));
  }

  /**
   * Makes the m-sections carry exactly `producers`.
   * @returns whether a new offer is due
   */
  async update(producers: readonly types.Producer[]): Promise<boolean> {
    const wanted = new Set(producers.map((producer) => producer.id));
    for (const slot of this.#slots) {
      if (slot.track && !wanted.has(slot.track.producerId)) this.#vacate(slot);
    }
    const present = new Set(this.tracks.map((track) => track.producerId));
    const added = producers.filter((producer) => !present.has(producer.id));
    // Places are given in order before the first await, so that the order of m-sections is that of the Producers.
    await Promise.all(added.map((producer) => this.#consume(this.#take(producer.kind), producer)));
    const due = this.#dirty;
    this.#dirty = false;
    return due;
  }

  /** Whether the peer agreed to data channels. */
  get carriesData(): boolean {
    return this.#slots.some(({ kind, state }) => kind === 'application' && state === 'flowing');
  }

  /** Adds the m-section of data channels to the next offer, where the peer has not had one. It stays. */
  addData(): void {
    if (this.#offeredData) return;
    this.#offeredData = true;
    this.#take('application');
  }

  /** Makes the next offer due even where nothing changes: the last one was taken back. */
  invalidate(): void {
    this.#dirty = true;
  }

  /** The m-sections of the next offer. */
  describe(): LocalMedia[] {
    return this.#slots.map((slot): LocalMedia => {
      const { kind, mid, state } = slot;
      if (state === 'rejected') return { rejected: true, type: kind, ...RejectedForm[kind], mid };
      if (kind === 'application') return { kind, mid, maxMessageSize: this.#maxMessageSize };
      if (slot.track) slot.described = this.#describeTrack(kind, slot.track);
      if (!slot.described) throw new Error(`m-section ${mid} was never described`);
      if (slot.track) return slot.described;
      const { codecs, extensions } = slot.described;
      return { kind, mid, codecs, extensions, direction: 'inactive' };
    });
  }

  /** @throws SdpError, NegotiationError when an answer does not have the m-sections of the offer */
  checkAnswer(media: readonly RemoteMedia[]): void {
    if (media.length !== this.#slots.length) {
      throw new NegotiationError(`answer has ${media.length} m-sections, the offer had ${this.#slots.length}`);
    }
    for (const [index, slot] of this.#slots.entries()) {
      const answered = media[index]!;
      if (answered.type !== slot.kind) throw answered.section.error(`the offer had ${slot.kind} here`);
      if (!answered.rejected && answered.mid !== slot.mid) {
        throw answered.section.error(`the offer had mid ${slot.mid} here`, 'mid');
      }
    }
  }

  /**
   * Applies one m-section of an answer.
   * @returns the track it decided on, where one waited for the answer
   */
  async settle(index: number, media: RemoteMedia): Promise<{ track: SubscribedTrack; flows: boolean } | undefined> {
    const slot = this.#slots[index]!;
    if (slot.kind === 'application') {
      slot.state = media.rejected || !media.data ? 'rejected' : 'flowing';
      return undefined;
    }
    const { track } = slot;
    const receives = !media.rejected && (media.direction === 'recvonly' || media.direction === 'sendrecv');
    if (track && receives && acceptsCodec(track.consumer, media)) {
      if (slot.state !== 'offered') return undefined;
      slot.state = 'flowing';
      if (!track.consumer.closed) await this.#resume(track.consumer);
      return { track, flows: true };
    }
    if (track) {
      delete slot.track;
      track.consumer.close();
    }
    if (slot.state !== 'rejected') slot.state = media.rejected ? 'rejected' : 'idle';
    return track && { track, flows: false };
  }

  /** A Consumer that closes while it is being resumed is not an error: its Producer has just gone. */
  async #resume(consumer: types.Consumer): Promise<void> {
    try {
      await consumer.resume();
    } catch (error) {
      if (!consumer.closed) throw error;
    }
  }

  #take(kind: Slot['kind']): Slot {
    const idle = this.#slots.find((slot) => slot.state === 'idle' && slot.kind === kind);
    const slot = idle ?? this.#slots.find((candidate) => candidate.state === 'rejected') ?? this.#append(kind);
    if (slot.state === 'rejected') slot.mid = String(this.#nextMid++);
    slot.kind = kind;
    slot.state = 'offered';
    this.#dirty = true;
    return slot;
  }

  #append(kind: Slot['kind']): Slot {
    const slot: Slot = { kind, mid: '', state: 'rejected' };
    this.#slots.push(slot);
    return slot;
  }

  async #consume(slot: Slot, producer: types.Producer): Promise<void> {
    try {
      const consumer = await this.#transport.consume({
        producerId: producer.id,
        rtpCapabilities: this.capabilities,
        mid: slot.mid,
        paused: true,
      });
      const msid = uniqueMsid(msidOf(producer), producer.id, this.tracks);
      slot.track = { mid: slot.mid, consumer, producerId: producer.id, ...msid };
      consumer.once('producerclose', () => {
        if (slot.track?.consumer !== consumer) return;
        this.#vacate(slot);
        this.#onGone();
      });
    } catch (error) {
      slot.state = slot.described?.mid === slot.mid ? 'idle' : 'rejected';
      if (!producer.closed) throw error;
    }
  }

  #vacate(slot: Slot): void {
    const { track } = slot;
    delete slot.track;
    track?.consumer.close();
    this.#dirty = true;
    // What was never offered has nothing that an inactive m-section could repeat.
    slot.state = slot.described?.mid === slot.mid ? 'idle' : 'rejected';
  }

  #describeTrack(kind: types.MediaKind, track: SubscribedTrack): LocalRtpMedia {
    const { rtpParameters } = track.consumer;
    const encoding = rtpParameters.encodings?.[0];
    if (encoding?.ssrc === undefined) throw new Error('a Consumer has one encoding with an SSRC');
    return {
      kind,
      mid: track.mid,
      direction: 'sendonly',
      codecs: rtpParameters.codecs.map((codec) => ({ ...codec, parameters: this.#parametersOf(codec) })),
      extensions: (rtpParameters.headerExtensions ?? []).map(({ id, uri }) => ({ id, uri })),
      source: {
        ssrc: encoding.ssrc,
        ...(encoding.rtx && { rtxSsrc: encoding.rtx.ssrc }),
        cname: rtpParameters.rtcp?.cname ?? track.streamId,
        streamId: track.streamId,
        trackId: track.trackId,
      },
    };
  }

  #parametersOf(codec: types.RtpCodecParameters): Record<string, unknown> {
    const known = this.#parameters.get(codec.payloadType);
    if (known) return known;
    const parameters = { ...codec.parameters };
    this.#parameters.set(codec.payloadType, parameters);
    return parameters;
  }
}

function acceptsCodec(consumer: types.Consumer, media: RemoteMedia): boolean {
  const codec = consumer.rtpParameters.codecs[0];
  return media.codecs.some((entry) => entry.payloadType === codec?.payloadType);
}
