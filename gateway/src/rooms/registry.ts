import { UnavailableError, type RouterPlace } from '../workers.ts';
import type { ClosedReason, UserInfo, UserLink } from './messages.ts';
import { LimitError } from './limits.ts';
import { Room, type RoomConfig } from './room.ts';
import type { JoinOptions, RoomUser } from './user.ts';

/** Where rooms get their Router; the worker pool outside tests. */
export interface RouterSource {
  createRouter(room: string): Promise<RouterPlace>;
}

/** A user in its room: what HTTP and WebSocket hold on to. */
export interface Membership {
  room: Room;
  user: RoomUser;
  leave(): void;
}

/** The rooms of the service. A room exists while it has users. */
export class RoomRegistry {
  readonly #rooms = new Map<string, Promise<Room>>();
  readonly #open = new Map<string, Room>();
  readonly #source: RouterSource;
  readonly #config: RoomConfig;
  #draining = false;
  #onEmpty: (() => void) | undefined;

  constructor(source: RouterSource, config: RoomConfig) {
    this.#source = source;
    this.#config = config;
  }

  /** Rooms and who is in them. */
  list(): { id: string; users: UserInfo[] }[] {
    return this.all.map((room) => ({ id: room.id, users: room.users }));
  }

  get all(): Room[] {
    return [...this.#open.values()];
  }

  /** Nobody new comes in any more. */
  get draining(): boolean {
    return this.#draining;
  }

  get(id: string): Room | undefined {
    return this.#open.get(id);
  }

  /**
   * Adds a user to a room, which is made when it does not exist.
   * @throws LimitError
   */
  async join(roomId: string, link: UserLink, options: JoinOptions = {}): Promise<Membership> {
    const room = await this.obtain(roomId);
    const user = await room.join(link, options);
    return { room, user, leave: () => room.leave(user) };
  }

  /**
   * A room, which is made when it does not exist. It closes again when nobody joins, is added or holds a place.
   * @throws LimitError, UnavailableError
   */
  async obtain(id: string): Promise<Room> {
    if (this.#draining) throw new UnavailableError('the service is about to stop');
    let room = await this.#obtain(id);
    // The last user may have left, and the room closed, since its promise was taken.
    while (room.closed) room = await this.#obtain(id);
    return room;
  }

  /** Lets nobody new in, tells users, and resolves when all have left or the time is over. */
  async drain(seconds: number): Promise<void> {
    this.#draining = true;
    for (const room of this.all) room.tell({ type: 'draining', seconds });
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000 * seconds);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends all rooms. */
  close(reason: ClosedReason): void {
    for (const room of this.#open.values()) room.close(reason);
  }

  #obtain(id: string): Promise<Room> {
    const known = this.#rooms.get(id);
    if (known) return known;
    if (this.#rooms.size >= this.#config.limits.rooms) {
      return Promise.reject(new LimitError(`there are ${this.#config.limits.rooms} rooms already`));
    }
    const made = this.#make(id);
    this.#rooms.set(id, made);
    made.catch(() => this.#rooms.delete(id));
    return made;
  }

  async #make(id: string): Promise<Room> {
    const room = new Room(id, await this.#source.createRouter(id), this.#config);
    this.#open.set(id, room);
    room.once('close', () => {
      this.#rooms.delete(id);
      this.#open.delete(id);
      if (this.#open.size === 0) this.#onEmpty?.();
    });
    return room;
  }
}
