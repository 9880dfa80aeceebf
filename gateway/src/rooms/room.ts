import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { GatewayConfig } from '../config.ts';
import type { RouterPlace } from '../workers.ts';
import type { ClosedReason, UserInfo, UserLink } from './messages.ts';
import { RoomUser, type JoinOptions, type UserPlace } from './user.ts';

/** A limit of the service was reached. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}

export type RoomConfig = Pick<GatewayConfig, 'rtc' | 'media' | 'limits'>;

/** Users on one Router: each receives what all others publish. Emits `close` when the last user left or the Router died. */
export class Room extends EventEmitter<{ close: [] }> {
  readonly id: string;
  readonly #users = new Map<string, RoomUser>();
  readonly #router: types.Router;
  readonly #place: UserPlace;
  readonly #config: RoomConfig;
  #joining = 0;
  #closed = false;

  constructor(id: string, place: RouterPlace, config: RoomConfig) {
    super();
    this.id = id;
    this.#router = place.router;
    this.#config = config;
    this.#place = {
      ...place,
      simulcast: config.media.simulcast,
      initialAvailableOutgoingBitrate: config.rtc.initialAvailableOutgoingBitrate,
      ownerOf: (producerId) => this.#ownerOf(producerId),
      onTracksChanged: (user) => this.#distribute(user),
    };
    place.router.observer.once('close', () => this.close({ reason: 'worker-died', reconnect: true }));
  }

  get users(): UserInfo[] {
    return [...this.#users.values()].map((user) => user.info);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Adds a user: tells it who is there and, at once, offers all tracks there are.
   * @throws LimitError when the room is full
   */
  async join(link: UserLink, options: JoinOptions = {}): Promise<RoomUser> {
    if (this.#users.size + this.#joining >= this.#config.limits.usersPerRoom) {
      throw new LimitError(`room ${this.id} is full (${this.#config.limits.usersPerRoom} users)`);
    }
    this.#joining += 1;
    let user: RoomUser;
    try {
      user = await RoomUser.create(this.#place, link, options);
    } finally {
      this.#joining -= 1;
      this.#closeWhenEmpty();
    }
    if (this.#closed) {
      user.close();
      throw new Error(`room ${this.id} closed while the user joined`);
    }
    const others = [...this.#users.values()];
    this.#users.set(user.id, user);
    const producers = this.#producersFor(user);
    const users = others.map((other) => other.info);
    link.send({ type: 'joined', room: this.id, user: user.info, users, tracks: producers.length });
    for (const other of others) other.link.send({ type: 'userJoined', user: user.info });
    user.receive(producers, true);
    return user;
  }

  /** Removes a user with its connections and tells the others. */
  leave(user: RoomUser): void {
    if (!this.#users.delete(user.id)) return;
    user.close();
    for (const other of this.#users.values()) other.link.send({ type: 'userLeft', user: user.info });
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
    this.#router.close();
    this.emit('close');
  }

  #closeWhenEmpty(): void {
    if (this.#users.size === 0 && this.#joining === 0) queueMicrotask(() => this.#closeIfStillEmpty());
  }

  #closeIfStillEmpty(): void {
    if (this.#users.size > 0 || this.#joining > 0) return;
    this.close({ reason: 'shutdown', reconnect: false });
  }

  #distribute(source: RoomUser): void {
    if (this.#closed) return;
    for (const user of this.#users.values()) {
      if (user !== source) user.receive(this.#producersFor(user));
    }
  }

  #producersFor(receiver: RoomUser): types.Producer[] {
    return [...this.#users.values()]
      .filter((user) => user !== receiver)
      .flatMap((user) => user.published.map((track) => track.producer));
  }

  #ownerOf(producerId: string): UserInfo | undefined {
    for (const user of this.#users.values()) {
      if (user.published.some((track) => track.producer.id === producerId)) return user.info;
    }
    return undefined;
  }
}
