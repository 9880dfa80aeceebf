import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { ChannelSource } from './channel-intake.ts';
import { ChannelOutlet, type SubscribedChannel } from './channel-outlet.ts';
import { NegotiationError } from './errors.ts';
import type { SdpLimits } from './lines.ts';
import { SerialQueue } from './queue.ts';
import type { RemoteMedia } from './remote-media.ts';
import { parseRemoteSession, type RemoteTransport } from './remote.ts';
import { SubscribeSlots, type SubscribedTrack } from './subscribe-slots.ts';
import { connectTransport, createTransport, sameFingerprints, type TransportSettings } from './transport.ts';
import { writeSession } from './write.ts';

export interface SubscribeOptions {
  transport: TransportSettings;
  /** What the peer can receive, where known beforehand. Default: all that the router can send. */
  rtpCapabilities?: types.RtpCapabilities;
  /**
   * How the peer learns of data channels. Default `opened`: by DCEP (RFC 8832), so that they come as `datachannel`
   * events, ordered and reliable. `negotiated`: the application tells it their `channelId`, and the peer makes them with
   * `negotiated: true`. `none`: the peer gets no data channels.
   */
  dataChannels?: 'opened' | 'negotiated' | 'none';
  limits?: SdpLimits;
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

/** Events of a {@link SubscribeConnection}. */
export interface SubscribeEvents {
  /** A consumed Producer closed, so that a new offer is due. */
  change: [];
  /** {@link SubscribeConnection.channels} changed. */
  channels: [];
  /** Once. */
  close: [];
}

/**
 * A peer's one receiving connection: a WebRtcTransport with a Consumer for each wanted Producer that the router can
 * turn into something the peer receives. Say what is wanted with {@link setProducers} (any number of times), then
 * {@link createOffer} puts all changes since the last offer into one, and {@link acceptAnswer} completes it.
 */
export class SubscribeConnection extends EventEmitter<SubscribeEvents> {
  readonly transport: types.WebRtcTransport;
  readonly #router: types.Router;
  readonly #limits: SdpLimits | undefined;
  readonly #queue = new SerialQueue();
  readonly #sessionId = String(randomInt(1, 2 ** 47));
  readonly #slots: SubscribeSlots;
  readonly #outlet: ChannelOutlet | undefined;
  #wanted = new Map<string, types.Producer>();
  #wantedChannels: ReadonlySet<ChannelSource> = new Set();
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
    const { dataChannels = 'opened' } = options;
    if (dataChannels !== 'none') this.#outlet = new ChannelOutlet(transport, dataChannels === 'negotiated');
    transport.observer.once('close', () => this.emit('close'));
  }

  /** Makes the transport; nothing is consumed before the first {@link createOffer}. */
  static async create(router: types.Router, options: SubscribeOptions): Promise<SubscribeConnection> {
    const data = options.dataChannels !== 'none';
    return new SubscribeConnection(router, await createTransport(router, options.transport, data), options);
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

  /** The data channels that the peer has now. */
  get channels(): SubscribedChannel[] {
    return this.#outlet?.channels ?? [];
  }

  /** Says which data channels the peer should have. They come with the next offer; once it has any, without one. */
  setChannels(channels: Iterable<ChannelSource>): void {
    this.#wantedChannels = new Set(channels);
  }

  /** Says which Producers the peer should receive from the next offer on. */
  setProducers(producers: Iterable<types.Producer>): void {
    this.#wanted = new Map([...producers].map((producer) => [producer.id, producer]));
    for (const id of this.#refused) if (!this.#wanted.has(id)) this.#refused.delete(id);
  }

  /**
   * Makes one offer of everything that changed since the last, with Consumers that wait (paused) for the answer.
   * m-sections keep their mid; those whose track went are `inactive` and taken for a new track of the same kind.
   * Data channels that need no offer are opened and closed here too.
   * @returns undefined when nothing changed that the peer must be offered
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

  /**
   * Takes back the pending offer, which the peer could not apply (and rolled back, RFC 8829 section 4.1.10.2).
   * The next offer holds its changes again.
   */
  cancelOffer(): Promise<void> {
    return this.#queue.run(async () => {
      if (!this.#pending) return;
      this.#pending = undefined;
      this.#slots.invalidate();
    });
  }

  /**
   * Restarts ICE without an offer, as a PATCH of WHEP does.
   * @returns our new user fragment and password
   */
  restartIce(remote: { iceUfrag: string; icePwd: string }): Promise<types.IceParameters> {
    return this.#queue.run(async () => {
      if (this.closed || !this.#remote) throw new NegotiationError('the connection has no ICE session to restart');
      this.#remote = { ...this.#remote, ...remote };
      this.#ice = await this.transport.restartIce();
      return this.#ice;
    });
  }

  /** Closes the transport and all Consumers. */
  close(): void {
    this.transport.close();
  }

  async #createOffer(iceRestart: boolean): Promise<SubscribeOffer | undefined> {
    if (this.closed) throw new NegotiationError('the connection is closed');
    if (this.#pending) throw new NegotiationError(`offer ${this.#pending.version} is not answered yet`);
    const producers = [...this.#wanted.values()].filter((producer) => this.#canOffer(producer));
    if (this.#outlet && this.#wantedChannels.size > 0) this.#slots.addData();
    const changed = await this.#slots.update(producers);
    await this.#updateChannels();
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
    await this.#updateChannels();
    return { started, refused };
  }

  /** Before the peer agrees there is no DataConsumer, as the worker would start SCTP with a peer that has none. */
  async #updateChannels(): Promise<void> {
    if (!this.#outlet || !this.#slots.carriesData) return;
    if (await this.#outlet.update(this.#wantedChannels)) this.emit('channels');
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
  options: SubscribeOptions & { channels?: Iterable<ChannelSource> },
): Promise<{ connection: SubscribeConnection; offer: SubscribeOffer | undefined }> {
  const connection = await SubscribeConnection.create(router, options);
  try {
    connection.setProducers(producers);
    connection.setChannels(options.channels ?? []);
    return { connection, offer: await connection.createOffer() };
  } catch (error) {
    connection.close();
    throw error;
  }
}

