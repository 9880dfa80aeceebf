import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import {
  NegotiationError,
  OfferScheduler,
  PublishConnection,
  SubscribeConnection,
  type CandidateProtocols,
  type ChannelSource,
  type ListenTarget,
  type OfferOptions,
  type PublishedChannel,
  type PublishedTrack,
  type PublishResult,
  type SubscribedTrack,
  type SubscribeOffer,
} from '../sdp/index.ts';
import { chooseLayers, layersOf, type LayerWish } from './layers.ts';
import { checkTrackLimit } from './limits.ts';
import type { TrackInfo, UserInfo, UserLink } from './messages.ts';

/** What a user needs of its room. */
export interface UserPlace {
  router: types.Router;
  listen: ListenTarget;
  simulcast: boolean;
  /** MIME types, the preferred first. */
  codecPreference: readonly string[];
  tracksPerUser: number;
  initialAvailableOutgoingBitrate: number;
  /** Whose a Producer is. */
  ownerOf(producerId: string): UserInfo | undefined;
  ownerOfChannel(channel: ChannelSource): UserInfo | undefined;
  /** The user's tracks or data channels came or went. */
  onTracksChanged(user: RoomUser): void;
}

export interface JoinOptions {
  /** Shown to others. Default: the user's id. */
  name?: string;
  /** Which candidates the user is given. Default any. */
  protocols?: CandidateProtocols;
}

/** A user of a room: at most one sending and one receiving connection. */
export class RoomUser {
  readonly id = randomUUID();
  readonly name: string;
  readonly #place: UserPlace;
  readonly #link: UserLink;
  readonly #protocols: CandidateProtocols;
  readonly #receiving: SubscribeConnection;
  readonly #offers: OfferScheduler;
  /** Consumers whose layers are told of. */
  readonly #told = new WeakSet<types.Consumer>();
  #sending: PublishConnection | undefined;

  private constructor(place: UserPlace, link: UserLink, options: JoinOptions, receiving: SubscribeConnection) {
    this.name = options.name || this.id.slice(0, 8);
    this.#place = place;
    this.#link = link;
    this.#protocols = options.protocols ?? 'any';
    this.#receiving = receiving;
    this.#offers = new OfferScheduler(receiving, {
      send: (offer) => this.#sendOffer(offer),
      onError: (error) => link.send({ type: 'failed', detail: error instanceof Error ? error.message : String(error) }),
    });
    receiving.on('channels', () => this.#sendChannels());
  }

  /** Makes the user and its receiving connection. */
  static async create(place: UserPlace, link: UserLink, options: JoinOptions): Promise<RoomUser> {
    const { router, listen, initialAvailableOutgoingBitrate } = place;
    const protocols = options.protocols ?? 'any';
    const receiving = await SubscribeConnection.create(router, {
      transport: { listen, protocols, initialAvailableOutgoingBitrate },
    });
    return new RoomUser(place, link, options, receiving);
  }

  get info(): UserInfo {
    return { id: this.id, name: this.name };
  }

  get link(): UserLink {
    return this.#link;
  }

  /** What the user publishes now. */
  get published(): PublishedTrack[] {
    return this.#sending?.tracks.filter((track) => !track.producer.closed) ?? [];
  }

  /** The user's open data channels. */
  get channels(): PublishedChannel[] {
    return this.#sending?.channels ?? [];
  }

  /** Applies an offer for the sending connection, which the first offer makes. Errors as PublishConnection. */
  async publish(offer: string, options: OfferOptions = {}): Promise<PublishResult> {
    if (this.#receiving.closed) throw new NegotiationError('the user has left the room');
    checkTrackLimit(offer, this.#place.tracksPerUser);
    const existing = this.#sending;
    const sending = existing ?? (await this.#connectSending());
    try {
      const result = await sending.negotiate(offer, options);
      if (result.added.length > 0 || result.removed.length > 0) this.#place.onTracksChanged(this);
      return result;
    } catch (error) {
      if (!existing) sending.close();
      throw error;
    }
  }

  /** Closes the sending connection, so that a new one can be made. */
  unpublish(): void {
    this.#sending?.close();
  }

  /** Offers exactly these Producers and channels, together with other changes of the moment; at once when `now`. */
  receive(producers: Iterable<types.Producer>, channels: Iterable<ChannelSource>, now = false): void {
    this.#receiving.setProducers(producers);
    this.#receiving.setChannels(channels);
    this.#offers.touch();
    if (now) void this.#offers.flush();
  }

  /**
   * Applies the answer to offer `version`.
   * @throws SdpError, NegotiationError
   */
  async answer(version: number, sdp: string): Promise<void> {
    const pending = this.#receiving.pendingOffer;
    if (pending?.version !== version) throw new NegotiationError(`offer ${version} waits for no answer`);
    await this.#offers.answer(sdp);
  }

  /** Lets the next offer restart ICE on the receiving connection, as the user's network changed. */
  restartIce(): void {
    this.#offers.restartIce();
  }

  /** Takes back an offer that the user could not apply, and makes a new one of what is wanted then. */
  async retry(version: number): Promise<void> {
    if (this.#receiving.pendingOffer?.version !== version) return;
    await this.#receiving.cancelOffer();
    this.#offers.touch();
  }

  /**
   * Says up to which simulcast or SVC layers a track is to come.
   * @returns the layers that hold now
   * @throws NegotiationError when no received track has this mid, or it has no layers
   */
  async setPreferredLayers(mid: string, wish: LayerWish): Promise<Required<types.ConsumerLayers>> {
    const track = this.#receiving.tracks.find((candidate) => candidate.mid === mid);
    if (!track) throw new NegotiationError(`no track is received as mid ${mid}`);
    return chooseLayers(track.consumer, wish);
  }

  close(): void {
    this.#sending?.close();
    this.#receiving.close();
  }

  async #connectSending(): Promise<PublishConnection> {
    const { router, listen, simulcast, codecPreference } = this.#place;
    const sending = await PublishConnection.create(router, {
      transport: { listen, protocols: this.#protocols },
      defaultStreamId: this.id,
      simulcast,
      codecPreference,
      appData: { userId: this.id },
    });
    if (this.#sending || this.#receiving.closed) {
      sending.close();
      throw new NegotiationError('the user left, or published twice at the same time');
    }
    this.#sending = sending;
    for (const event of ['channelopen', 'channelclose'] as const) {
      sending.on(event, () => this.#place.onTracksChanged(this));
    }
    sending.once('close', () => {
      this.#sending = undefined;
      this.#place.onTracksChanged(this);
    });
    return sending;
  }

  #sendOffer(offer: SubscribeOffer): void {
    const tracks = offer.tracks.map((track): TrackInfo => {
      const layers = layersOf(track.consumer);
      if (layers) this.#tellLayers(track);
      return {
        mid: track.mid,
        kind: track.consumer.kind,
        user: this.#place.ownerOf(track.producerId) ?? { id: '', name: '' },
        streamId: track.streamId,
        trackId: track.trackId,
        ...(layers && { layers }),
      };
    });
    this.#link.send({ type: 'offer', version: offer.version, sdp: offer.sdp, tracks });
  }

  /** Tells the user of each change of the layers that come, from before the first. */
  #tellLayers({ mid, consumer }: SubscribedTrack): void {
    if (this.#told.has(consumer)) return;
    this.#told.add(consumer);
    consumer.on('layerschange', (layers) => this.#link.send({ type: 'layersChanged', mid, layers: layers ?? null }));
  }

  #sendChannels(): void {
    const channels = this.#receiving.channels.map(({ channelId, label, protocol, source }) => ({
      id: channelId,
      label,
      protocol,
      user: this.#place.ownerOfChannel(source) ?? { id: '', name: '' },
    }));
    this.#link.send({ type: 'channels', channels });
  }
}
