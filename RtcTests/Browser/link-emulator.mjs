// A slow, long or lossy link on loopback, in user space: a UDP relay between a browser and the worker. What it does is
// decided by a seed and by arrival times only. Machines without netem can run it.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

// What the kernel drops in front of us no seed has decided.
const ReceiveBufferBytes = 4_000_000;

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * One direction. `bitsPerSecond` 0 is any rate; what does not fit into `queueBytes` in front of it is dropped.
 */
export class Direction {
  bitsPerSecond = 0;
  queueBytes = 64 * 1024;
  delayMs = 0;
  loss = 0;
  counters = { sent: 0, lost: 0, overflowed: 0, bytes: 0 };
  #random;
  #deliver;
  #queue = [];
  #freeAt = 0;
  #waitingBytes = 0;
  #timer;

  constructor(seed, deliver) {
    this.#random = seededRandom(seed);
    this.#deliver = deliver;
  }

  send(datagram, context) {
    const now = performance.now();
    this.#release(now);
    this.counters.sent += 1;
    if (this.#random() < this.loss) {
      this.counters.lost += 1;
      return;
    }
    if (this.bitsPerSecond > 0 && this.#waitingBytes + datagram.length > this.queueBytes) {
      this.counters.overflowed += 1;
      return;
    }

    const serialisationMs = this.bitsPerSecond > 0 ? (datagram.length * 8000) / this.bitsPerSecond : 0;
    this.#freeAt = Math.max(now, this.#freeAt) + serialisationMs;
    this.#waitingBytes += datagram.length;
    this.#queue.push({ datagram, context, leavesAt: this.#freeAt, dueAt: this.#freeAt + this.delayMs, hasLeft: false });
    this.#release(now);
  }

  close() {
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  #release(now) {
    for (const entry of this.#queue) {
      if (entry.leavesAt > now) break;
      if (!entry.hasLeft) this.#waitingBytes -= entry.datagram.length;
      entry.hasLeft = true;
    }
    while (this.#queue.length > 0 && this.#queue[0].dueAt <= now) {
      const { datagram, context } = this.#queue.shift();
      this.counters.bytes += datagram.length;
      this.#deliver(datagram, context);
    }

    clearTimeout(this.#timer);
    if (this.#queue.length === 0) return;
    this.#timer = setTimeout(() => this.#release(performance.now()), Math.max(1, this.#queue[0].dueAt - now));
  }
}

/** Stands in front of one port of the worker. `down` leads to the browser, `up` to the worker. */
export class LinkEmulator {
  down;
  up;
  #front = createSocket({ type: 'udp4', recvBufferSize: ReceiveBufferBytes });
  #peers = new Map();
  #workerPort;

  constructor(workerPort, seed = 1) {
    this.#workerPort = workerPort;
    this.down = new Direction(seed, (datagram, peer) => this.#front.send(datagram, peer.port, peer.address));
    this.up = new Direction(seed + 1, (datagram, peer) => peer.socket.send(datagram, this.#workerPort, '127.0.0.1'));
    this.#front.on('message', (datagram, from) => this.up.send(datagram, this.#peer(from)));
  }

  /** Opens it and returns the port that the browser is told instead of the worker's. */
  async open() {
    this.#front.bind(0, '127.0.0.1');
    await once(this.#front, 'listening');
    return this.#front.address().port;
  }

  /** Changes both directions alike. */
  shape(options) {
    Object.assign(this.up, options);
    Object.assign(this.down, options);
  }

  /** Datagrams that were lost on purpose so far, both ways. */
  get lost() {
    return this.up.counters.lost + this.down.counters.lost;
  }

  close() {
    this.up.close();
    this.down.close();
    this.#front.close();
    for (const { socket } of this.#peers.values()) socket.close();
  }

  // One socket a browser port, so that the worker tells its candidate pairs apart.
  #peer({ address, port }) {
    const key = `${address}:${port}`;
    let peer = this.#peers.get(key);
    if (!peer) {
      peer = { address, port, socket: createSocket({ type: 'udp4', recvBufferSize: ReceiveBufferBytes }) };
      peer.socket.on('message', (datagram) => this.down.send(datagram, peer));
      this.#peers.set(key, peer);
    }
    return peer;
  }
}
