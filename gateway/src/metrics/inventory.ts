import type { types } from 'mediasoup';

/** What lives in the Routers of one room: Producers of publishers and Consumers of viewers. */
export interface RoomInventory {
  routers: Set<types.Router>;
  transports: Set<types.Transport>;
  producers: Set<types.Producer>;
  consumers: Set<types.Consumer>;
}

/** Knows every transport, Producer and Consumer by its room, from the observers of the Routers it is shown. */
export class Inventory {
  readonly #rooms = new Map<string, RoomInventory>();

  /** What there is, by room. */
  get rooms(): ReadonlyMap<string, RoomInventory> {
    return this.#rooms;
  }

  /** Follows a Router, whose appData names its room, until it closes. */
  watch(router: types.Router): void {
    const room = String(router.appData['room']);
    const inventory = this.#obtain(room);
    const { routers, transports, producers, consumers } = inventory;
    keep(routers, router);
    router.observer.once('close', () => {
      if (routers.size === 0 && this.#rooms.get(room) === inventory) this.#rooms.delete(room);
    });
    router.observer.on('newtransport', (transport) => {
      keep(transports, transport);
      // Pipe and direct transports carry inside the service what others bring in and take out.
      if (transport.type !== 'webrtc' && transport.type !== 'plain') return;
      transport.observer.on('newproducer', (producer) => keep(producers, producer));
      transport.observer.on('newconsumer', (consumer) => keep(consumers, consumer));
    });
  }

  #obtain(room: string): RoomInventory {
    const known = this.#rooms.get(room);
    if (known) return known;
    const made = { routers: new Set(), transports: new Set(), producers: new Set(), consumers: new Set() } as RoomInventory;
    this.#rooms.set(room, made);
    return made;
  }
}

interface Closing {
  observer: { once(event: 'close', listener: () => void): unknown };
}

function keep<T extends Closing>(set: Set<T>, entry: T): void {
  set.add(entry);
  entry.observer.once('close', () => set.delete(entry));
}
