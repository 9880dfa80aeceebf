import { randomUUID } from 'node:crypto';
import type { ServerMessage, UserLink } from '../rooms/messages.ts';
import type { Membership, RoomRegistry } from '../rooms/registry.ts';
import type { JoinOptions } from '../rooms/user.ts';
import { NotFoundError } from './errors.ts';

/** A user over plain HTTP who neither polls nor asks anything for this long has left. */
const IdleMs = 60_000;
/** Messages kept for a user who does not poll. The oldest go first: the last offer is what counts. */
const MaxMessages = 1_000;

/** One user over plain HTTP: messages wait here until they are fetched. */
export class HttpSession implements UserLink {
  /** Known only to its user; whoever knows it acts as the user. */
  readonly secret = randomUUID();
  /** Whether its token, where one was needed, allowed that. */
  readonly mayPublish: boolean;
  readonly #messages: ServerMessage[] = [];
  #wake: (() => void) | undefined;
  #membership: Membership | undefined;

  constructor(mayPublish: boolean) {
    this.mayPublish = mayPublish;
  }

  get membership(): Membership {
    if (!this.#membership) throw new NotFoundError('not joined yet');
    return this.#membership;
  }

  attach(membership: Membership): void {
    this.#membership = membership;
  }

  send(message: ServerMessage): void {
    this.#messages.push(message);
    if (this.#messages.length > MaxMessages) this.#messages.shift();
    this.#wake?.();
  }

  /** Takes all messages; waits for one up to `waitMs` when there are none. A second fetch ends the wait of the first. */
  async fetch(waitMs: number): Promise<ServerMessage[]> {
    this.#wake?.();
    if (this.#messages.length === 0 && waitMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#messages.splice(0);
  }
}

/** The sessions of users over plain HTTP. */
export class HttpSessions {
  readonly #rooms: RoomRegistry;
  readonly #sessions = new Map<string, { session: HttpSession; idle: NodeJS.Timeout }>();

  constructor(rooms: RoomRegistry) {
    this.#rooms = rooms;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Joins a room. Errors as {@link RoomRegistry.join}. */
  async open(room: string, options: JoinOptions, mayPublish: boolean): Promise<HttpSession> {
    const session = new HttpSession(mayPublish);
    session.attach(await this.#rooms.join(room, session, options));
    const idle = setTimeout(() => this.close(session.secret), IdleMs);
    idle.unref();
    this.#sessions.set(session.secret, { session, idle });
    return session;
  }

  /**
   * Finds a session and notes that its user is there.
   * @throws NotFoundError
   */
  get(secret: string): HttpSession {
    const entry = this.#sessions.get(secret);
    if (!entry) throw new NotFoundError('no such session');
    entry.idle.refresh();
    return entry.session;
  }

  /** Ends a session; its user leaves the room. */
  close(secret: string): void {
    const entry = this.#sessions.get(secret);
    if (!entry) return;
    clearTimeout(entry.idle);
    this.#sessions.delete(secret);
    entry.session.membership.leave();
  }
}
