import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { GatewayConfig } from '../config.ts';
import type { ChannelSource, PublishedChannel, PublishedTrack } from '../sdp/index.ts';
import type { RouterPlace } from '../workers.ts';
import { LimitError } from './limits.ts';
import type { ClosedReason, ServerMessage, UserInfo, UserLink } from './messages.ts';
import { RoomUser, type JoinOptions, type UserPlace } from './user.ts';

export type RoomConfig = Pick<GatewayConfig, 'rtc' | 'media' | 'limits'>;

/** Whoever publishes in a room: a user, or a sender without signalling such as WHIP or plain RTP. */
export interface RoomSource {
  readonly id: string;
  readonly info: UserInfo;
  /** What it publishes now. */
  readonly published: readonly PublishedTrack[];
  /** Its open data channels. */
  readonly channels?: readonly PublishedChannel[];
}

/**
 * Users on one Router: each receives what all others publish. Emits `tracks` when what is published may have changed, and
 * `close`, with the reason, when the last user left or the Router died.
 */
export class Room extends EventEmitter<{ close: [ClosedReason]; tracks: [] }> {
  readonly id: string;
  readonly place: RouterPlace;
  readonly #users = new Map<string, RoomUser>();
  readonly #sources = new Map<string, RoomSource>();
  readonly #router: types.Router;
  readonly #place: UserPlace;
  readonly #config: RoomConfig;
  /** Those who are about to join or watch: they keep the room alive. */
  #held = 0;
  #closed = false;

  constructor(id: string, place: RouterPlace, config: RoomConfig) {
    super();
    this.id = id;
    this.place = place;
    this.setMaxListeners(0);
    this.#router = place.router;
    this.#config = config;
    this.#place = {
      ...place,
      simulcast: config.media.simulcast,
      codecPreference: config.media.codecs.map(({ mimeType }) => mimeType),
      tracksPerUser: config.limits.tracksPerUser,
      initialAvailableOutgoingBitrate: config.rtc.initialAvailableOutgoingBitrate,
      ownerOf: (producerId) => this.#ownerOf(producerId),
      ownerOfChannel: (channel) => this.sources.find(({ channels = [] }) => channels.some((own) => own === channel))?.info,
      onTracksChanged: (user) => this.changed(user),
    };
    place.router.observer.once('close', () => this.close({ reason: 'worker-died', reconnect: true }));
  }

  /** Everyone in the room, with or without signalling. */
  get users(): UserInfo[] {
    return this.sources.map((source) => source.info);
  }

  /** Everyone who publishes, or could. */
  get sources(): RoomSource[] {
    return [...this.#users.values(), ...this.#sources.values()];
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Adds a user: tells it who is there and, at once, offers all tracks there are.
   * @throws LimitError when the room is full
   */
  async join(link: UserLink, options: JoinOptions = {}): Promise<RoomUser> {
    const release = this.hold();
    let user: RoomUser;
    try {
      user = await RoomUser.create(this.#place, link, options);
    } finally {
      release();
    }
    if (this.#closed) {
      user.close();
      throw new Error(`room ${this.id} closed while the user joined`);
    }
    const { users } = this;
    this.tell({ type: 'userJoined', user: user.info });
    this.#users.set(user.id, user);
    const producers = this.#producersFor(user);
    link.send({ type: 'joined', room: this.id, user: user.info, users, tracks: producers.length });
    user.receive(producers, this.#channelsFor(user), true);
    return user;
  }

  /**
   * Takes one more place in the room, for whoever joins or watches, until the returned function is called.
   * @throws LimitError when the room is full
   */
  hold(): () => void {
    const { usersPerRoom } = this.#config.limits;
    if (this.#users.size + this.#sources.size + this.#held >= usersPerRoom) {
      throw new LimitError(`room ${this.id} is full (${usersPerRoom} users)`);
    }
    this.#held += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#held -= 1;
      this.#closeWhenEmpty();
    };
  }

  /** Adds one who publishes without receiving; {@link changed} says when its tracks come or go. */
  add(source: RoomSource): void {
    this.tell({ type: 'userJoined', user: source.info });
    this.#sources.set(source.id, source);
    this.changed(source);
  }

  /** Removes what {@link add} added. */
  remove(source: RoomSource): void {
    if (!this.#sources.delete(source.id)) return;
    this.tell({ type: 'userLeft', user: source.info });
    this.changed(source);
    this.#closeWhenEmpty();
  }

  /** Offers everyone what is published now, but not `source`, whose tracks came or went. */
  changed(source: RoomSource): void {
    if (this.#closed) return;
    for (const user of this.#users.values()) {
      if (user !== source) user.receive(this.#producersFor(user), this.#channelsFor(user));
    }
    this.emit('tracks');
  }

  /** Removes a user with its connections and tells the others. */
  leave(user: RoomUser): void {
    if (!this.#users.delete(user.id)) return;
    user.close();
    this.tell({ type: 'userLeft', user: user.info });
    this.changed(user);
    this.#closeWhenEmpty();
  }

  /** Ends the room for all its users, telling them why. */
  close(reason: ClosedReason): void {
    if (this.#closed) return;
    this.#closed = true;
    const users = [...this.#users.values()];
    this.#users.clear();
    for (const user of users) {
      user.link.send({ type: 'closed', ...reason });
      user.close();
    }
    this.#sources.clear();
    this.#router.close();
    this.emit('close', reason);
  }

  /** Tells all users who have signalling. */
  tell(message: ServerMessage): void {
    for (const user of this.#users.values()) user.link.send(message);
  }

  get #empty(): boolean {
    return this.#users.size === 0 && this.#sources.size === 0 && this.#held === 0;
  }

  #closeWhenEmpty(): void {
    if (this.#empty) queueMicrotask(() => this.#empty && this.close({ reason: 'shutdown', reconnect: false }));
  }

  #producersFor(receiver: RoomUser): types.Producer[] {
    return this.sources
      .filter((source) => source !== receiver)
      .flatMap((source) => source.published.map((track) => track.producer));
  }

  #channelsFor(receiver: RoomUser): ChannelSource[] {
    return this.sources.filter((source) => source !== receiver).flatMap(({ channels = [] }) => channels);
  }

  #ownerOf(producerId: string): UserInfo | undefined {
    return this.sources.find((source) => source.published.some(({ producer }) => producer.id === producerId))?.info;
  }
}
