import type { types } from 'mediasoup';
import type { Room } from '../rooms/room.ts';
import type { Layout } from './layout.ts';

/** Payload type layouts at the same time in one room. Players of one kind share theirs. */
const MaxLayouts = 16;

interface EgressRouter {
  router: Promise<types.Router>;
  /** By Producer id: what was piped there. */
  piped: Map<string, Promise<types.Producer>>;
  viewers: number;
}

/** A place on an egress Router. */
export interface EgressPlace {
  router: types.Router;
  /** The same tracks as were asked for, in their order, on this Router. */
  producers: readonly types.Producer[];
  /** Gives the place back; the Router closes with its last viewer. */
  release(): void;
}

/**
 * Routers beside a room's own, on the same worker, one for each payload type layout that viewers came with. Producers
 * are piped there once, however many viewers share the layout.
 */
export class EgressRouters {
  readonly #room: Room;
  readonly #routers = new Map<string, EgressRouter>();

  constructor(room: Room) {
    this.#room = room;
  }

  /** Whether a viewer of this layout can be served. */
  hasPlaceFor(layout: Layout): boolean {
    return this.#routers.has(keyOf(layout)) || this.#routers.size < MaxLayouts;
  }

  /** Takes a place on the Router of a layout, with these Producers on it. */
  async take(layout: Layout, producers: readonly types.Producer[]): Promise<EgressPlace> {
    const key = keyOf(layout);
    const egress = this.#routers.get(key) ?? this.#add(key, layout);
    egress.viewers += 1;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      egress.viewers -= 1;
      if (egress.viewers > 0) return;
      if (this.#routers.get(key) === egress) this.#routers.delete(key);
      // A Router that could not be made has nothing to close.
      egress.router.then((router) => router.close(), () => undefined);
    };
    try {
      const router = await egress.router;
      const piped = await Promise.all(producers.map((producer) => this.#pipe(egress, router, producer)));
      return { router, producers: piped, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  #add(key: string, layout: Layout): EgressRouter {
    const egress: EgressRouter = { router: this.#room.place.createSibling(layout), piped: new Map(), viewers: 0 };
    this.#routers.set(key, egress);
    return egress;
  }

  #pipe(egress: EgressRouter, router: types.Router, producer: types.Producer): Promise<types.Producer> {
    const known = egress.piped.get(producer.id);
    if (known) return known;
    const piped = this.#pipeTo(router, producer);
    egress.piped.set(producer.id, piped);
    const forget = (): void => void egress.piped.delete(producer.id);
    producer.observer.once('close', forget);
    piped.catch(forget);
    return piped;
  }

  /** Ids are unique in a worker, so that the Producer at the far end has another. */
  async #pipeTo(router: types.Router, { id: producerId }: types.Producer): Promise<types.Producer> {
    const { pipeProducer } = await this.#room.place.router.pipeToRouter({ producerId, router, keepId: false });
    return pipeProducer!;
  }
}

function keyOf(layout: Layout): string {
  return JSON.stringify(layout);
}
