import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import type { Room, RoomSource } from '../rooms/room.ts';
import { asksForKeyFrame, firstPacket, reportSender, StreamRewriter } from './rewriter.ts';

/** How often the observer looks who is loudest, in milliseconds. */
const ObserveMs = 300;

/** One kind of the stream: what goes out, and the Consumer it comes from now. */
interface Track {
  producer: types.Producer;
  rewriter: StreamRewriter;
  capabilities: types.RtpCapabilities;
  current?: types.Consumer;
  /** Waits for its first packet to take over. */
  next?: types.Consumer;
}

/**
 * A stream of whoever speaks in a room, as the ActiveSpeakerObserver has it: one audio and one video Producer that stay,
 * fed over a DirectTransport. WHEP has no renegotiation and a Consumer is bound to its Producer, so that the change is
 * made before the Consumers of viewers: the new speaker's Consumer takes over with its first packet, which for video is a
 * key frame, and its packets go on where the old one's ended. The packets of one speaker pass this process, whatever the
 * number of viewers. Video of another codec than the first is not taken: the picture stays, the sound changes.
 */
export class SpeakerStream {
  readonly #room: Room;
  readonly #direct: types.DirectTransport;
  readonly #observer: types.ActiveSpeakerObserver;
  readonly #tracks = new Map<types.MediaKind, Track>();
  readonly #observed = new Set<string>();
  readonly #onTracks = (): void => this.#update();
  readonly #onClosed: () => void;
  #speaker: RoomSource | undefined;
  #viewers = 0;
  #closed = false;

  private constructor(room: Room, direct: types.DirectTransport, observer: types.ActiveSpeakerObserver, onClosed: () => void) {
    this.#room = room;
    this.#direct = direct;
    this.#observer = observer;
    this.#onClosed = onClosed;
    observer.on('dominantspeaker', ({ producer }) => this.#turnTo(this.#ownerOf(producer)));
    direct.on('rtcp', (packet) => this.#receiveRtcp(packet));
    direct.observer.once('close', () => this.close());
    room.on('tracks', this.#onTracks);
  }

  /** Makes the stream of what is published now. It ends with its last viewer, see {@link hold}. */
  static async create(room: Room, onClosed: () => void): Promise<SpeakerStream> {
    const { router } = room.place;
    const [direct, observer] = await Promise.all([
      router.createDirectTransport(),
      router.createActiveSpeakerObserver({ interval: ObserveMs }),
    ]);
    const stream = new SpeakerStream(room, direct, observer, onClosed);
    for (const kind of ['audio', 'video'] as const) await stream.#addTrack(kind);
    stream.#update();
    return stream;
  }

  get audio(): types.Producer | undefined {
    return this.#tracks.get('audio')?.producer;
  }

  get video(): types.Producer | undefined {
    return this.#tracks.get('video')?.producer;
  }

  get closed(): boolean {
    return this.#closed;
  }

  hold(): this {
    this.#viewers += 1;
    return this;
  }

  release(): void {
    this.#viewers -= 1;
    if (this.#viewers <= 0) this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#room.off('tracks', this.#onTracks);
    if (!this.#observer.closed) this.#observer.close();
    if (!this.#direct.closed) this.#direct.close();
    this.#onClosed();
  }

  /** Makes the Producer of a kind, with the codec of the first track there is. */
  async #addTrack(kind: types.MediaKind): Promise<void> {
    const first = this.#room.sources
      .flatMap(({ published }) => published)
      .find(({ producer }) => producer.kind === kind && !producer.closed)?.producer;
    if (!first) return;
    const { router } = this.#room.place;
    const codec = first.consumableRtpParameters.codecs[0]!;
    const ssrc = randomInt(1, 2 ** 32);
    const producer = await this.#direct.produce({
      kind,
      rtpParameters: { codecs: [codec], headerExtensions: [], encodings: [{ ssrc }], rtcp: { cname: 'speaker' } },
    });
    const codecs = (router.rtpCapabilities.codecs ?? []).filter((entry) => entry.preferredPayloadType === codec.payloadType);
    const rewriter = new StreamRewriter(ssrc, codec.clockRate);
    this.#tracks.set(kind, { producer, rewriter, capabilities: { codecs, headerExtensions: [] } });
  }

  /** Tracks came or went. */
  #update(): void {
    if (this.#closed) return;
    const producers = this.#room.sources.flatMap(({ published }) => published.map(({ producer }) => producer));
    for (const producer of producers) {
      if (producer.kind !== 'audio' || this.#observed.has(producer.id)) continue;
      this.#observed.add(producer.id);
      producer.observer.once('close', () => this.#observed.delete(producer.id));
      // A Producer that closes at this moment needs not be observed any more.
      this.#observer.addProducer({ producerId: producer.id }).catch(() => undefined);
    }
    const publishing = this.#room.sources.filter(({ published }) => published.length > 0);
    const stays = publishing.find((source) => source === this.#speaker);
    this.#turnTo(stays ?? publishing[0]);
  }

  #turnTo(source: RoomSource | undefined): void {
    this.#speaker = source;
    if (!source) return;
    for (const track of this.#tracks.values()) {
      const { kind } = track.producer;
      const found = source.published.find(({ producer }) => producer.kind === kind && this.#fits(producer, track));
      if (found) void this.#switchTo(track, found.producer);
    }
  }

  #fits(producer: types.Producer, { capabilities }: Track): boolean {
    return !producer.closed && this.#room.place.router.canConsume({ producerId: producer.id, rtpCapabilities: capabilities });
  }

  async #switchTo(track: Track, producer: types.Producer): Promise<void> {
    if ((track.next ?? track.current)?.producerId === producer.id) return;
    let consumer: types.Consumer;
    try {
      consumer = await this.#direct.consume({ producerId: producer.id, rtpCapabilities: track.capabilities });
    } catch {
      // The Producer closed meanwhile; the change of tracks brings another.
      return;
    }
    track.next?.close();
    track.next = consumer;
    consumer.on('rtp', (packet) => this.#forward(track, consumer, packet));
    consumer.observer.once('close', () => {
      if (track.next === consumer) delete track.next;
      if (track.current === consumer) delete track.current;
    });
    // What asked for a key frame before this Consumer was there has been missed.
    if (producer.kind === 'video') await consumer.requestKeyFrame().catch(() => undefined);
  }

  #forward(track: Track, from: types.Consumer, packet: Buffer): void {
    if (track.next === from) {
      track.current?.close();
      track.current = from;
      delete track.next;
      track.rewriter.change();
    }
    if (track.current !== from || track.producer.closed) return;
    track.rewriter.rewrite(packet, performance.now());
    (track.producer as types.Producer).send(packet);
  }

  #receiveRtcp(packet: Buffer): void {
    if (asksForKeyFrame(packet)) {
      this.#tracks.get('video')?.current?.requestKeyFrame().catch(() => undefined);
      return;
    }
    const sender = reportSender(packet);
    for (const { current, rewriter } of this.#tracks.values()) {
      if (sender === undefined || current?.rtpParameters.encodings?.[0]?.ssrc !== sender) continue;
      const report = firstPacket(packet);
      if (rewriter.rewriteReport(report)) this.#direct.sendRtcp(report);
    }
  }

  #ownerOf(producer: types.Producer): RoomSource | undefined {
    return this.#room.sources.find(({ published }) => published.some((track) => track.producer.id === producer.id));
  }
}
