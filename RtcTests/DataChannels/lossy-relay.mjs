// A UDP relay between a peer and the worker that delays and loses datagrams, the same ones for the same seed.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export class LossyRelay {
  /** Share of datagrams that are lost, each way; 0 lets all through. */
  loss = 0;
  /** How long a datagram is under way, each way, in milliseconds. */
  delayMs = 0;
  lost = 0;

  #outside = createSocket('udp4');
  #inside = createSocket('udp4');
  #peer;
  #state;

  constructor(seed) {
    this.#state = seed;
  }

  /** Begins to relay to a port of this machine. Returns the port for the peer. */
  async open(workerPort) {
    this.#outside.on('message', (datagram, from) => {
      this.#peer = from;
      this.#pass(() => this.#inside.send(datagram, workerPort, '127.0.0.1'));
    });
    this.#inside.on('message', (datagram) => {
      this.#pass(() => this.#outside.send(datagram, this.#peer.port, this.#peer.address));
    });
    for (const socket of [this.#outside, this.#inside]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      socket.setRecvBufferSize(4e6);
    }
    return this.#outside.address().port;
  }

  close() {
    this.#pass = () => {};
    this.#outside.close();
    this.#inside.close();
  }

  #pass = (send) => {
    if (this.#random() < this.loss) this.lost++;
    else if (this.delayMs > 0) setTimeout(() => this.#pass && send(), this.delayMs);
    else send();
  };

  // Mulberry32.
  #random() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
