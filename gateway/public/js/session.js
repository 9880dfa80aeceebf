import { Publisher } from './publisher.js';
import { Signalling } from './signalling.js';
import { Watcher } from './watcher.js';

/**
 * One stay in a room: signalling, the receiving connection and, when asked, the sending one. Emits `joined`, `streams`,
 * `layers` (detail: {mid, layers}), `state`, `people`, `failed` (detail: Error) and `ended` (detail: {reason, reconnect}).
 */
export class Session extends EventTarget {
  #signalling;
  #watcher;
  #over = false;
  #offerFollows = false;

  constructor(options) {
    super();
    /** When the user asked to join, for measuring how long the first picture takes. */
    this.startedAt = performance.now();
    this.people = new Map();
    this.#signalling = new Signalling(options);
    this.#watcher = new Watcher(this.#signalling);
    this.publisher = new Publisher(this.#signalling);
    this.#listen();
  }

  get receiving() {
    return this.#watcher.peer;
  }

  get sending() {
    return this.publisher.peer;
  }

  /** Restarts ICE on both connections, as when the network changed; on its own each does when it fails. */
  async restartIce() {
    const receives = this.receiving.remoteDescription !== null;
    await Promise.all([this.publisher.restartIce(), receives && this.#watcher.restartIce()]);
  }

  /** The layers that come of a received track now, or null. */
  layersOf(mid) {
    return this.#watcher.layersOf(mid);
  }

  /** Says up to which layers a received track is to come. What goes wrong is told by `failed` too. */
  async chooseLayers(mid, wish) {
    try {
      await this.#watcher.chooseLayers(mid, wish);
    } catch (error) {
      if (!this.#over) this.#emit('failed', error);
      throw error;
    }
  }

  leave() {
    this.#over = true;
    this.publisher.release();
    this.#watcher.close();
    this.#signalling.close();
  }

  #listen() {
    const on = (target, type, act) => target.addEventListener(type, ({ detail }) => this.#over || act(detail));
    on(this.#signalling, 'joined', ({ user, users, tracks }) => {
      this.user = user;
      this.#offerFollows = tracks > 0;
      for (const other of users) this.people.set(other.id, other);
      this.#emit('joined');
    });
    on(this.#signalling, 'userJoined', ({ user }) => {
      this.people.set(user.id, user);
      this.#emit('people');
    });
    on(this.#signalling, 'userLeft', ({ user }) => {
      this.people.delete(user.id);
      this.#emit('people');
    });
    on(this.#signalling, 'draining', (message) => this.#emit('draining', message));
    on(this.#signalling, 'failed', ({ detail }) => this.#emit('failed', new Error(detail)));
    on(this.#signalling, 'error', ({ problem }) => this.#emit('failed', new Error(`${problem.title}: ${problem.detail}`)));
    on(this.#signalling, 'closed', (ended) => this.#end(ended));
    on(this.#signalling, 'disconnected', ({ code }) => this.#end({ reason: 'disconnected', reconnect: code !== 4001 }));
    on(this.#watcher, 'streams', (streams) => {
      // What was there on joining is awaited since then; what comes later, since its offer.
      const since = this.#offerFollows ? this.startedAt : performance.now();
      this.#offerFollows = false;
      this.#emit('streams', { streams, since });
    });
    on(this.#watcher, 'layers', (change) => this.#emit('layers', change));
    on(this.#watcher, 'failed', (error) => this.#emit('failed', error));
    for (const direction of [this.#watcher, this.publisher]) {
      on(direction, 'state', () => {
        if (direction.peer?.connectionState === 'failed') direction.restartIce().catch((error) => this.#emit('failed', error));
        this.#emit('state');
      });
    }
  }

  #end(ended) {
    this.leave();
    this.#emit('ended', ended);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
