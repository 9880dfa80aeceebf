import { randomInt, randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import { HttpError } from '../http/errors.ts';
import type { UserInfo } from '../rooms/messages.ts';
import type { Room, RoomSource } from '../rooms/room.ts';
import type { PublishedTrack } from '../sdp/index.ts';
import { listenInfoFor } from './outgoing.ts';
import type { Announced } from './sdp.ts';

/** Where a sender sends one track. */
export interface IncomingTrack {
  kind: types.MediaKind;
  codec: string;
  payloadType: number;
  ssrc: number;
  ip: string;
  port: number;
  rtcpPort: number;
}

export interface IncomingOptions {
  name?: string;
  /** The ports that may be given to senders. Default any. */
  portRange: types.TransportPortRange | undefined;
  onClose: (stream: IncomingStream) => void;
}

/** A sender of plain RTP in its room: whoever sends first to its ports. */
export class IncomingStream implements RoomSource {
  readonly secret = randomUUID();
  readonly id = randomUUID();
  readonly room: string;
  readonly info: UserInfo;
  readonly tracks: readonly IncomingTrack[];
  readonly #published: PublishedTrack[];
  readonly #transports: readonly types.PlainTransport[];
  #closed = false;

  private constructor(room: Room, name: string | undefined, made: Made[]) {
    this.room = room.id;
    this.info = { id: this.id, name: name || `rtp-${this.id.slice(0, 4)}` };
    this.tracks = made.map(({ track }) => track);
    this.#transports = made.map(({ transport }) => transport);
    this.#published = made.map(({ producer, track }) => ({
      mid: '',
      producer,
      streamId: producer.appData['streamId'] as string,
      trackId: `${track.kind}-${track.ssrc}`,
    }));
  }

  get published(): PublishedTrack[] {
    return this.#published.filter(({ producer }) => !producer.closed);
  }

  /**
   * Opens the ports that announced tracks are sent to. `onClose` is called once, when the stream ended.
   * @throws HttpError 422 for a codec that the room does not take
   */
  static async open(
    room: Room,
    announced: readonly Announced[],
    from: string,
    options: IncomingOptions,
  ): Promise<IncomingStream> {
    const streamId = `rtp-${randomUUID()}`;
    const made: Made[] = [];
    try {
      for (const one of announced) made.push(await openTrack(room, one, listenInfoFor(from, options.portRange), from, streamId));
    } catch (error) {
      for (const { transport } of made) transport.close();
      throw error;
    }
    const stream = new IncomingStream(room, options.name, made);
    for (const { transport } of made) transport.observer.once('close', () => stream.#end(room, options.onClose));
    room.add(stream);
    return stream;
  }

  close(): void {
    for (const transport of this.#transports) transport.close();
  }

  #end(room: Room, onClose: (stream: IncomingStream) => void): void {
    if (this.#closed) return;
    this.#closed = true;
    this.close();
    room.remove(this);
    onClose(this);
  }
}

interface Made {
  transport: types.PlainTransport;
  producer: types.Producer;
  track: IncomingTrack;
}

async function openTrack(
  room: Room,
  { kind, codec, ssrc: given }: Announced,
  listenInfo: types.TransportListenInfo,
  from: string,
  streamId: string,
): Promise<Made> {
  const transport = await room.place.router.createPlainTransport({ listenInfo, rtcpMux: false, comedia: true });
  const ssrc = given ?? randomInt(1, 2 ** 31);
  try {
    const producer = await transport.produce({
      kind,
      rtpParameters: {
        codecs: [codec],
        encodings: [{ ssrc }],
        rtcp: { cname: streamId },
        msid: `${streamId} ${kind}-${ssrc}`,
      },
      appData: { streamId, trackId: `${kind}-${ssrc}` },
    });
    const { localPort: port } = transport.tuple;
    const { mimeType, payloadType } = codec;
    const rtcpPort = transport.rtcpTuple!.localPort;
    return { transport, producer, track: { kind, codec: mimeType, payloadType, ssrc, ip: from, port, rtcpPort } };
  } catch (error) {
    transport.close();
    // mediasoup says by an UnsupportedError that no codec of the Router matches.
    if (error instanceof Error && error.name === 'UnsupportedError') throw new HttpError(422, `${codec.mimeType}: ${error.message}`);
    throw error;
  }
}
