import { randomInt, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { ChannelIntake, takesChannels, type DataChannelOptions, type PublishedChannel } from './channel-intake.ts';
import { NegotiationError, SdpError } from './errors.ts';
import { ExtensionIds } from './extension-ids.ts';
import type { SdpLimits } from './lines.ts';
import { msidToken } from './msid.ts';
import { planProducer, type ProducerPlan, type ProducerPlanOptions } from './producer-plan.ts';
import { SerialQueue } from './queue.ts';
import type { RemoteMedia } from './remote-media.ts';
import { parseRemoteSession, type RemoteSession, type RemoteTransport } from './remote.ts';
import { checkScalabilityMode } from './scalability.ts';
import { connectTransport, createTransport, sameFingerprints, type TransportSettings } from './transport.ts';
import { writeSession, type LocalMedia } from './write.ts';

export interface PublishOptions extends ProducerPlanOptions {
  transport: TransportSettings;
  /** MediaStream id given to tracks that name none (`a=msid:-`, or no msid). Default: the transport's id. */
  defaultStreamId?: string;
  /** Added to the appData of every Producer. */
  appData?: Record<string, unknown>;
  /** The DTLS role of the peer when it leaves the choice; default client, as RFC 9725 has it. */
  peerDtlsRole?: 'client' | 'server';
  /** Data channels of the peer. Default: up to 16 that it opens by itself. */
  dataChannels?: DataChannelOptions;
  limits?: SdpLimits;
}

/** What is said along with an offer. */
export interface OfferOptions {
  /**
   * Scalability modes (W3C WebRTC-SVC) by mid, which SDP does not say: "L3T3_KEY" of a VP9 track, "L1T2" of simulcast.
   * A mid that was named once keeps its mode.
   */
  scalabilityModes?: Readonly<Record<string, string>>;
}

/** One published track. */
export interface PublishedTrack {
  mid: string;
  producer: types.Producer;
  streamId: string;
  trackId: string;
}

/** What an offer led to. */
export interface PublishResult {
  /** The SDP answer. */
  answer: string;
  added: PublishedTrack[];
  removed: PublishedTrack[];
  /** m-sections that were turned down, and why. */
  rejected: { mid: string; error: SdpError }[];
}

interface Slot {
  mid: string;
  track?: PublishedTrack;
  /** The parameters the Producer was made with, to see whether a later offer changes them. */
  fingerprint?: string;
}

interface PlannedSection {
  media: RemoteMedia;
  plan?: ProducerPlan;
  /** Whether data channels of this m-section are taken. */
  data?: boolean;
  error?: SdpError;
}

/** Events of a {@link PublishConnection}. */
export interface PublishEvents {
  /** Once: closed here or by the router, or the peer ended DTLS. */
  close: [];
  /** The peer opened a data channel. */
  channelopen: [PublishedChannel];
  channelclose: [PublishedChannel];
}

/** A peer's one sending connection: a WebRtcTransport whose Producers follow the peer's offers. */
export class PublishConnection extends EventEmitter<PublishEvents> {
  readonly transport: types.WebRtcTransport;
  readonly #router: types.Router;
  readonly #options: PublishOptions;
  readonly #queue = new SerialQueue();
  readonly #sessionId = String(randomInt(1, 2 ** 47));
  #version = 0;
  #slots: Slot[] = [];
  #remote: RemoteTransport | undefined;
  #setup: 'active' | 'passive' = 'passive';
  #ice: types.IceParameters;
  readonly #extensionIds = new ExtensionIds();
  readonly #scalabilityModes = new Map<string, string>();
  readonly #intake: ChannelIntake;

  private constructor(router: types.Router, transport: types.WebRtcTransport, options: PublishOptions) {
    super();
    this.#router = router;
    this.transport = transport;
    this.#options = options;
    this.#ice = transport.iceParameters;
    this.#intake = new ChannelIntake(router, transport, options.dataChannels ?? {}, options.appData ?? {});
    this.#intake.on('open', (channel) => this.emit('channelopen', channel));
    this.#intake.on('close', (channel) => this.emit('channelclose', channel));
    transport.observer.once('close', () => {
      this.#intake.stop();
      this.emit('close');
    });
    transport.on('dtlsstatechange', (state) => {
      if (state === 'closed' || state === 'failed') this.close();
    });
  }

  /** Makes the transport; nothing is published before the first {@link negotiate}. */
  static async create(router: types.Router, options: PublishOptions): Promise<PublishConnection> {
    const data = takesChannels(options.dataChannels);
    return new PublishConnection(router, await createTransport(router, options.transport, data), options);
  }

  get closed(): boolean {
    return this.transport.closed;
  }

  /** What is published now, in the order of the m-sections. */
  get tracks(): PublishedTrack[] {
    return this.#slots.flatMap((slot) => (slot.track ? [slot.track] : []));
  }

  /** The data channels that are open now. */
  get channels(): PublishedChannel[] {
    return this.#intake.channels;
  }

  /**
   * Applies an offer, the first or a later one, and answers it. m-sections are known by their mid: one that stays
   * keeps its Producer, one that became inactive or was rejected loses it, and a changed ICE user fragment restarts ICE.
   * Candidates of the peer are not needed, as our side is ice-lite. Where one Producer cannot be made, no new one stays.
   * @throws SdpError when the offer is malformed, or when no m-section that wants to send can be served
   * @throws NegotiationError when the offer contradicts an earlier one, or the connection is closed
   */
  negotiate(offer: string, options: OfferOptions = {}): Promise<PublishResult> {
    return this.#queue.run(() => this.#negotiate(offer, options));
  }

  /**
   * Restarts ICE without an offer, as a PATCH of WHIP does (RFC 9725 section 4.3.3). The peer's user fragment is kept
   * to see whether a later offer restarts again.
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

  /** Closes the transport and all Producers. */
  close(): void {
    this.transport.close();
  }

  async #negotiate(sdp: string, { scalabilityModes = {} }: OfferOptions): Promise<PublishResult> {
    if (this.closed) throw new NegotiationError('the connection is closed');
    const offer = parseRemoteSession(sdp, this.#options.limits);
    this.#checkOrder(offer);
    for (const mode of Object.values(scalabilityModes)) checkScalabilityMode(mode);
    for (const [mid, mode] of Object.entries(scalabilityModes)) this.#scalabilityModes.set(mid, mode);
    const sections = offer.media.map((media) => this.#plan(media));
    const failed = sections.find((section) => section.error);
    if (failed?.error && !sections.some((section) => section.plan ?? section.data)) throw failed.error;
    if (offer.transport) await this.#applyTransport(offer.transport);
    const { added, removed } = await this.#applySections(sections);
    if (sections.some((section) => section.data)) await this.#intake.start();
    else this.#intake.stop();
    this.#version += 1;
    return {
      answer: this.#writeAnswer(offer, sections),
      added,
      removed,
      rejected: sections.flatMap(({ media, error }) => (error ? [{ mid: media.mid, error }] : [])),
    };
  }

  /** An m-section keeps its place and its mid, unless it was rejected and is used anew (RFC 8829 section 5.2.2). */
  #checkOrder(offer: RemoteSession): void {
    if (offer.media.length < this.#slots.length) {
      throw new NegotiationError(`offer has ${offer.media.length} m-sections, the one before had ${this.#slots.length}`);
    }
    for (const [index, slot] of this.#slots.entries()) {
      const media = offer.media[index]!;
      if (slot.track && media.mid !== slot.mid && !media.rejected) {
        throw media.section.error(`mid was ${slot.mid} before`, 'mid');
      }
    }
  }

  #plan(media: RemoteMedia): PlannedSection {
    if (media.rejected) return { media };
    if (media.data && takesChannels(this.#options.dataChannels)) return { media, data: true };
    if (media.kind !== 'audio' && media.kind !== 'video') {
      return { media, error: media.section.error(`m-sections of ${media.type} over ${media.protocol} are not served`) };
    }
    try {
      const plan = planProducer(media, this.#router.rtpCapabilities, this.#options, {
        extensionIds: this.#extensionIds,
        scalabilityMode: this.#scalabilityModes.get(media.mid),
      });
      return { media, plan };
    } catch (error) {
      if (error instanceof SdpError) return { media, error };
      throw error;
    }
  }

  async #applyTransport(remote: RemoteTransport): Promise<void> {
    if (!this.#remote) {
      this.#setup = await connectTransport(this.transport, remote, this.#options.peerDtlsRole);
    } else {
      if (!sameFingerprints(this.#remote, remote)) {
        throw new NegotiationError('the certificate changed: a new connection is needed');
      }
      if (this.#remote.iceUfrag !== remote.iceUfrag) this.#ice = await this.transport.restartIce();
    }
    this.#remote = remote;
  }

  async #applySections(sections: PlannedSection[]): Promise<{ added: PublishedTrack[]; removed: PublishedTrack[] }> {
    const removed: PublishedTrack[] = [];
    const slots = sections.map(({ media, plan }, index): Slot => {
      const old = this.#slots[index];
      const sends = plan !== undefined && (media.direction === 'sendonly' || media.direction === 'sendrecv');
      const fingerprint = sends ? JSON.stringify([plan.rtpParameters, media.msid]) : undefined;
      const kept = old?.track && !old.track.producer.closed && old.fingerprint === fingerprint;
      if (old?.track && !kept) removed.push(old.track);
      return { mid: media.mid, ...(fingerprint && { fingerprint }), ...(kept && old.track && { track: old.track }) };
    });
    const wanted = slots.flatMap((slot, index) => (slot.fingerprint && !slot.track ? [index] : []));
    // A mid or SSRC must be free before it is used again, so what goes, goes first.
    for (const track of removed) track.producer.close();
    const made = await Promise.allSettled(
      wanted.map((index) => this.#produce(sections[index]!.media, sections[index]!.plan!)),
    );
    const added = made.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failure = made.find((result) => result.status === 'rejected');
    if (failure) {
      for (const track of added) track.producer.close();
      for (const slot of this.#slots) if (slot.track && removed.includes(slot.track)) delete slot.track;
      throw failure.reason;
    }
    for (const [position, index] of wanted.entries()) slots[index]!.track = added[position]!;
    this.#slots = slots;
    return { added, removed };
  }

  async #produce(media: RemoteMedia, plan: ProducerPlan): Promise<PublishedTrack> {
    const streamId = msidToken(media.msid?.streamId) ?? this.#options.defaultStreamId ?? this.transport.id;
    const trackId = msidToken(media.msid?.trackId) ?? randomUUID();
    const producer = await this.transport.produce({
      kind: plan.kind,
      rtpParameters: { ...plan.rtpParameters, msid: `${streamId} ${trackId}` },
      appData: { ...this.#options.appData, streamId, trackId },
    });
    return { mid: media.mid, producer, streamId, trackId };
  }

  #describeData({ mid, data }: RemoteMedia): LocalMedia {
    const maxMessageSize = this.transport.sctpParameters?.maxReceiveMessageSize ?? 0;
    return { kind: 'application', mid, maxMessageSize, legacy: data?.legacy ?? false };
  }

  #writeAnswer(offer: RemoteSession, sections: PlannedSection[]): string {
    const media = sections.map(({ media: remote, plan, data }, index): LocalMedia => {
      if (data) return this.#describeData(remote);
      if (plan) return { ...plan.answer, direction: this.#slots[index]?.track ? 'recvonly' : 'inactive' };
      const { type, protocol, formats, mid } = remote;
      return { rejected: true, type, protocol, formats, mid };
    });
    return writeSession({
      sessionId: this.#sessionId,
      version: this.#version,
      ice: this.#ice,
      candidates: this.transport.iceCandidates,
      fingerprints: this.transport.dtlsParameters.fingerprints,
      setup: this.#setup,
      media,
      extmapAllowMixed: offer.extmapAllowMixed,
    });
  }
}

/**
 * Publishes from an SDP offer in one step: makes the connection and its Producers and answers.
 * @throws SdpError, NegotiationError; the transport is closed then
 */
export async function publish(
  router: types.Router,
  offer: string,
  options: PublishOptions & OfferOptions,
): Promise<PublishResult & { connection: PublishConnection }> {
  const connection = await PublishConnection.create(router, options);
  try {
    return { connection, ...(await connection.negotiate(offer, options)) };
  } catch (error) {
    connection.close();
    throw error;
  }
}
