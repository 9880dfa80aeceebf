import type { SubscribeConnection, SubscribeOffer, SubscribeResult } from './subscribe.ts';

export interface OfferSchedulerOptions {
  /** Delivers an offer to the peer. */
  send: (offer: SubscribeOffer) => void;
  /** Told when an offer cannot be made. */
  onError: (error: unknown) => void;
  /** How long changes are gathered before they go into one offer, in milliseconds. Default 20. */
  windowMs?: number;
}

/**
 * Turns any number of changes into few offers: changes within a window, and all that come while an answer is awaited,
 * go together.
 */
export class OfferScheduler {
  readonly #connection: SubscribeConnection;
  readonly #options: OfferSchedulerOptions;
  readonly #windowMs: number;
  #timer: NodeJS.Timeout | undefined;
  #dirty = false;
  #busy = false;
  #iceRestart = false;

  constructor(connection: SubscribeConnection, options: OfferSchedulerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#windowMs = options.windowMs ?? 20;
    connection.on('change', () => this.touch());
    connection.once('close', () => this.#stop());
  }

  /** Says that something changed. */
  touch(): void {
    this.#dirty = true;
    if (this.#timer || this.#connection.closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, this.#windowMs);
  }

  /** Lets the next offer restart ICE: the peer's network changed. */
  restartIce(): void {
    this.#iceRestart = true;
    this.touch();
  }

  /** Offers at once what changed, unless an answer is awaited. */
  async flush(): Promise<void> {
    if (this.#busy || !this.#dirty || this.#connection.pendingOffer || this.#connection.closed) return;
    this.#busy = true;
    this.#dirty = false;
    const iceRestart = this.#iceRestart;
    this.#iceRestart = false;
    try {
      const offer = await this.#connection.createOffer({ iceRestart });
      if (offer) this.#options.send(offer);
    } catch (error) {
      if (!this.#connection.closed) this.#options.onError(error);
    } finally {
      this.#busy = false;
    }
    if (this.#dirty) this.touch();
  }

  /** Applies the peer's answer and offers what changed meanwhile. Errors as {@link SubscribeConnection.acceptAnswer}. */
  async answer(sdp: string): Promise<SubscribeResult> {
    const result = await this.#connection.acceptAnswer(sdp);
    if (this.#dirty) this.touch();
    return result;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
