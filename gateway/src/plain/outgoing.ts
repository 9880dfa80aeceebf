import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import type { Room } from '../rooms/room.ts';
import type { Target } from '../whep/target.ts';
import { writePlainSdp, type PlainTrack } from './sdp.ts';

/**
 * When key frames are asked for after the start, in milliseconds: a player opens its port only after it has read the
 * SDP, and most never ask themselves.
 */
const KeyFrameAtMs = [200, 700, 1_500, 3_000];
/** And then every so often, for what was lost. */
const KeyFrameEveryMs = 10_000;

export interface Destination {
  address: string;
  /** RTP of audio; its RTCP goes to the next. Video has the two after that, or these where there is no audio. */
  port: number;
}

/** What bounds a stream. */
export interface OutgoingLimits {
  maxMs: number;
  /** The ports that we may send from. Default any. */
  portRange: types.TransportPortRange | undefined;
}

/** A stream of plain RTP to one address. */
export class OutgoingStream {
  readonly secret = randomUUID();
  readonly room: string;
  readonly sdp: string;
  readonly #transports: readonly types.PlainTransport[];
  readonly #onClose: () => void;
  readonly #timers: NodeJS.Timeout[] = [];
  #closed = false;

  private constructor(room: Room, sdp: string, transports: types.PlainTransport[], onClose: () => void) {
    this.room = room.id;
    this.sdp = sdp;
    this.#transports = transports;
    this.#onClose = onClose;
    for (const transport of transports) transport.observer.once('close', () => this.close());
  }

  /** Starts to send. `onClose` is called once, when the stream ended. */
  static async start(
    room: Room,
    target: Target,
    to: Destination,
    { maxMs, portRange }: OutgoingLimits,
    onClose: () => void,
  ): Promise<OutgoingStream> {
    const { router } = room.place;
    const transports: types.PlainTransport[] = [];
    const tracks: PlainTrack[] = [];
    let video: types.Consumer | undefined;
    try {
      for (const producer of [target.audio, target.video]) {
        if (!producer) continue;
        const port = to.port + 2 * tracks.length;
        const listenInfo = listenInfoFor(to.address, portRange);
        const transport = await router.createPlainTransport({ listenInfo, rtcpMux: false });
        transports.push(transport);
        await transport.connect({ ip: to.address, port, rtcpPort: port + 1 });
        const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: plainCapabilities(router) });
        if (producer.kind === 'video') video = consumer;
        const { codecs, encodings, rtcp } = consumer.rtpParameters;
        tracks.push({ kind: producer.kind, port, codec: codecs[0]!, ssrc: encodings![0]!.ssrc!, cname: rtcp?.cname ?? 'gateway' });
      }
      const sdp = writePlainSdp(`room ${room.id}`, to.address, tracks);
      const stream = new OutgoingStream(room, sdp, transports, onClose);
      stream.#endWith(target);
      stream.#keepTime(maxMs, video);
      return stream;
    } catch (error) {
      for (const transport of transports) transport.close();
      throw error;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const transport of this.#transports) transport.close();
    this.#onClose();
  }

  #endWith({ audio, video }: Target): void {
    const producers = [audio, video].filter((producer) => producer !== undefined);
    for (const producer of producers) {
      producer.observer.once('close', () => producers.every(({ closed }) => closed) && this.close());
    }
  }

  #keepTime(maxMs: number, video: types.Consumer | undefined): void {
    this.#timers.push(setTimeout(() => this.close(), maxMs).unref());
    if (!video) return;
    // A Consumer that closes meanwhile needs no key frame.
    const ask = (): void => void video.requestKeyFrame().catch(() => undefined);
    this.#timers.push(...KeyFrameAtMs.map((timeMs) => setTimeout(ask, timeMs).unref()));
    this.#timers.push(setInterval(ask, KeyFrameEveryMs).unref());
  }
}

/** Where to listen so that an address is reached: any address of its family, for RTP and RTCP on ports of the range. */
export function listenInfoFor(address: string, portRange: types.TransportPortRange | undefined): types.TransportListenInfo {
  const ip = address.includes(':') ? (address === '::1' ? '::1' : '::') : address.startsWith('127.') ? '127.0.0.1' : '0.0.0.0';
  return { protocol: 'udp', ip, ...(portRange && { portRange }) };
}

/** Plain players know neither RTX nor header extensions. */
function plainCapabilities({ rtpCapabilities }: types.Router): types.RtpCapabilities {
  return {
    codecs: (rtpCapabilities.codecs ?? [])
      .filter(({ mimeType }) => !/\/rtx$/i.test(mimeType))
      .map((codec) => ({ ...codec, rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ parameter }) => parameter === 'pli' || parameter === 'fir') })),
    headerExtensions: [],
  };
}
