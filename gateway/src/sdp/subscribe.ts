import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { NegotiationError } from './errors.ts';
import type { SdpLimits } from './lines.ts';
import { SerialQueue } from './queue.ts';
import { parseRemoteSession, type RemoteMedia, type RemoteTransport } from './remote.ts';
import { SubscribeSlots } from './subscribe-slots.ts';
import { connectTransport, createTransport, sameFingerprints, type TransportSettings } from './transport.ts';
import { writeSession } from './write.ts';

export interface SubscribeOptions {
  transport: TransportSettings;
  /** What the peer can receive, where known beforehand. Default: all that the router can send. */
  rtpCapabilities?: types.RtpCapabilities;
  limits?: SdpLimits;
}

/** A track as the peer sees it. */
export interface SubscribedTrack {
  mid: string;
  consumer: types.Consumer;
  producerId: string;
  /** The publisher's MediaStream id, which is the id of the stream at the peer too (RFC 8830). */
  streamId: string;
  trackId: string;
}

/** An offer for the peer and what it holds. */
export interface SubscribeOffer {
  sdp: string;
  /** The offer's number: one more with each offer of the connection. */
  version: number;
  tracks: SubscribedTrack[];
}

/** What the peer's answer led to. */
export interface SubscribeResult {
  /** Tracks that now flow and did not before. */
  started: SubscribedTrack[];
  /** Producers whose m-section the peer turned down. They are not offered again while they stay wanted. */
  refused: string[];
}

/**
 * A peer's one receiving connection: a WebRtcTransport with a Consumer for each wanted Producer that the router can
 * turn into something the peer receives. Say what is wanted with {@link setProducers} (any number of times), then
 * {@link createOffer} puts all changes since the last offer into one, and {@link acceptAnswer} completes it.
 *
 * Emits `change` when a consumed Producer closed, so that a new offer is due, and `close` once.
 */
export class SubscribeConnection extends EventEmitter<{ change: []; close: [] }> {
  readonly transport: types.WebRtcTransport;
  readonly #router: types.Router;
  readonly #limits: SdpLimits | undefined;
  readonly #queue = new SerialQueue();
  readonly #sessionId = String(randomInt(1, 2 ** 47));
  readonly #slots: SubscribeSlots;
  #wanted = new Map<string, types.Producer>();
  #refused = new Set<string>();
  #version = 0;
  #pending: SubscribeOffer | undefined;
  #remote: RemoteTransport | undefined;
  #setup: 'active' | 'passive' | undefined;
  #ice: types.IceParameters;

  private constructor(router: types.Router, transport: types.WebRtcTransport, options: SubscribeOptions) {
    super();
    this.#router = router;
    this.transport = transport;
    this.#limits = options.limits;
    this.#ice = transport.iceParameters;
    const capabilities = options.rtpCapabilities ?? receivableCapabilities(router.rtpCapabilities);
    this.#slots = new SubscribeSlots(transport, capabilities, () => this.emit('change'));
    transport.observer.once('close', () => this.emit('close'));
  }

  /** Makes the transport; nothing is consumed before the first {@link createOffer}. */
  static async create(router: types.Router, options: SubscribeOptions): Promise<SubscribeConnection> {
    return new SubscribeConnection(router, await createTransport(router, options.transport), options);
  }

  get closed(): boolean {
    return this.transport.closed;
  }

  /** The offer whose answer is awaited. */
  get pendingOffer(): SubscribeOffer | undefined {
    return this.#pending;
  }

  /** What was offered and not refused, in the order of the m-sections. */
  get tracks(): SubscribedTrack[] {
    return this.#slots.tracks;
  }

  /** Says which Producers the peer should receive from the next offer on. */
  setProducers(producers: Iterable<types.Producer>): void {
    this.#wanted = new Map([...producers].map((producer) => [producer.id, producer]));
    for (const id of this.#refused) if (!this.#wanted.has(id)) this.#refused.delete(id);
  }

  /**
   * Makes one offer of everything that changed since the last, with Consumers that wait (paused) for the answer.
   * m-sections keep their mid; those whose track went are `inactive` and taken for a new track of the same kind.
   * @returns undefined when nothing changed
   * @throws NegotiationError while an answer is awaited, or when closed
   */
  createOffer({ iceRestart = false }: { iceRestart?: boolean } = {}): Promise<SubscribeOffer | undefined> {
    return this.#queue.run(() => this.#createOffer(iceRestart));
  }

  /**
   * Applies the answer to the pending offer and lets the media flow.
   * @throws SdpError for a malformed answer, NegotiationError for one that nobody waits for. The offer stays pending.
   */
  acceptAnswer(answer: string): Promise<SubscribeResult> {
    return this.#queue.run(() => this.#acceptAnswer(answer));
  }

  /** Closes the transport and all Consumers. */
  close(): void {
    this.transport.close();
  }

  async #createOffer(iceRestart: boolean): Promise<SubscribeOffer | undefined> {
    if (this.closed) throw new NegotiationError('the connection is closed');
    if (this.#pending) throw new NegotiationError(`offer ${this.#pending.version} is not answered yet`);
    const producers = [...this.#wanted.values()].filter((producer) => this.#canOffer(producer));
    const changed = await this.#slots.update(producers);
    if (iceRestart) this.#ice = await this.transport.restartIce();
    if (!changed && !iceRestart) return undefined;
    this.#version += 1;
    const sdp = writeSession({
      sessionId: this.#sessionId,
      version: this.#version,
      ice: this.#ice,
      candidates: this.transport.iceCandidates,
      fingerprints: this.transport.dtlsParameters.fingerprints,
      // Once the roles are settled an offer still says actpass (RFC 8842 section 5.2).
      setup: 'actpass',
      media: this.#slots.describe(),
      extmapAllowMixed: true,
    });
    this.#pending = { sdp, version: this.#version, tracks: this.#slots.tracks };
    return this.#pending;
  }

  #canOffer(producer: types.Producer): boolean {
    if (producer.closed || this.#refused.has(producer.id)) return false;
    return this.#router.canConsume({ producerId: producer.id, rtpCapabilities: this.#slots.capabilities });
  }

  async #acceptAnswer(sdp: string): Promise<SubscribeResult> {
    if (this.closed) throw new NegotiationError('the connection is closed');
    if (!this.#pending) throw new NegotiationError('no offer waits for an answer');
    const answer = parseRemoteSession(sdp, this.#limits);
    this.#slots.checkAnswer(answer.media);
    if (answer.transport) await this.#applyTransport(answer.transport, answer.media[0]);
    this.#pending = undefined;
    const started: SubscribedTrack[] = [];
    const refused: string[] = [];
    await Promise.all(
      answer.media.map(async (media, index) => {
        const outcome = await this.#slots.settle(index, media);
        if (!outcome) return;
        if (outcome.flows) started.push(outcome.track);
        else refused.push(outcome.track.producerId);
      }),
    );
    for (const id of refused) this.#refused.add(id);
    return { started, refused };
  }

  async #applyTransport(remote: RemoteTransport, first: RemoteMedia | undefined): Promise<void> {
    if (this.#setup === undefined) {
      if (remote.setup === 'actpass') throw first?.section.error('an answer says setup:active or setup:passive', 'setup');
      this.#setup = await connectTransport(this.transport, remote);
    } else if (this.#remote && !sameFingerprints(this.#remote, remote)) {
      throw new NegotiationError('the certificate changed: a new connection is needed');
    }
    this.#remote = remote;
  }
}

/** What any peer may be offered: all that the router sends, without extensions only mediasoup itself knows. */
export function receivableCapabilities(capabilities: types.RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: capabilities.codecs ?? [],
    headerExtensions: (capabilities.headerExtensions ?? []).filter(
      (entry) => !entry.uri.startsWith('urn:mediasoup:') && entry.direction !== 'recvonly',
    ),
  };
}

/**
 * Subscribes to a set of Producers in one step.
 * @returns the connection, and the first offer (undefined when there is nothing to receive yet)
 */
export async function subscribe(
  router: types.Router,
  producers: Iterable<types.Producer>,
  options: SubscribeOptions,
): Promise<{ connection: SubscribeConnection; offer: SubscribeOffer | undefined }> {
  const connection = await SubscribeConnection.create(router, options);
  try {
    connection.setProducers(producers);
    return { connection, offer: await connection.createOffer() };
  } catch (error) {
    connection.close();
    throw error;
  }
}

