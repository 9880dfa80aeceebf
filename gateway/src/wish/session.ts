import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import { HttpError } from '../http/errors.ts';
import { SerialQueue } from '../sdp/queue.ts';
import type { RemoteSession } from '../sdp/index.ts';
import { parseFragment, writeFragment, type FragmentMedia, type IceCredentials } from './fragment.ts';

/** A peer whose DTLS is not up by then has gone, or never came. */
const SetupMs = 30_000;
/** How long a peer whose consent expired may take for an ICE restart. */
const RestartMs = 15_000;

/** What a PATCH led to: an ICE restart has a body and a new entity-tag. */
export interface PatchResult {
  fragment?: string;
}

/**
 * One session of WHIP (RFC 9725) or WHEP: a WebRtcTransport, who may change it, and its ICE session, which the
 * entity-tag names. It ends with its transport, when its peer never connects, loses consent or ends DTLS.
 */
export class WishSession {
  /** Stands in the session's URL; whoever knows it, and has the token, may change and end the session. */
  readonly secret = randomUUID();
  readonly room: string;
  readonly #transport: types.WebRtcTransport;
  readonly #queue = new SerialQueue();
  #etag = newTag();
  #peer: { credentials: IceCredentials; media: FragmentMedia } | undefined;
  #deadline: NodeJS.Timeout;

  constructor(room: string, transport: types.WebRtcTransport) {
    this.room = room;
    this.#transport = transport;
    this.#deadline = this.#closeAfter(SetupMs);
    transport.observer.once('close', () => clearTimeout(this.#deadline));
    transport.on('dtlsstatechange', (state) => {
      if (state === 'connected') clearTimeout(this.#deadline);
      if (state === 'closed' || state === 'failed') this.close();
    });
    transport.on('icestatechange', (state) => {
      clearTimeout(this.#deadline);
      if (state === 'disconnected') this.#deadline = this.#closeAfter(RestartMs);
    });
  }

  /** The strong entity-tag of the ICE session. */
  get etag(): string {
    return this.#etag;
  }

  get closed(): boolean {
    return this.#transport.closed;
  }

  /** Calls `listener` once, when the session ended. */
  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.#transport.observer.once('close', listener);
  }

  /** Notes what the peer's offer, or its answer, says of its ICE. */
  setPeer({ transport, media }: RemoteSession): void {
    const active = media.filter((section) => !section.rejected);
    const [first] = active;
    if (!transport || !first) return;
    this.#peer = {
      credentials: { usernameFragment: transport.iceUfrag, password: transport.icePwd },
      media: {
        line: `${first.type} 9 ${first.protocol} ${first.formats}`,
        mid: first.mid,
        bundle: active.map(({ mid }) => mid),
      },
    };
  }

  /**
   * Applies an SDP fragment (RFC 9725 section 4.3): new candidates, which an ice-lite side needs not, or new credentials,
   * which restart ICE. Overlapping requests are done one after another.
   * @throws HttpError 400 malformed, 428 no If-Match, 412 another ICE session, 409 before the offer is answered
   */
  patch(ifMatch: string | undefined, text: string): Promise<PatchResult> {
    return this.#queue.run(() => this.#patch(ifMatch, text));
  }

  /** Ends the session at once: its peer learns of it by DTLS. */
  close(): void {
    this.#transport.close();
  }

  async #patch(ifMatch: string | undefined, text: string): Promise<PatchResult> {
    const fragment = parseFragment(text);
    if (!this.#peer) throw new HttpError(409, 'the offer is not answered yet');
    const { credentials, media } = this.#peer;
    const unknown = fragment.mids.find((mid) => !media.bundle.includes(mid));
    if (unknown !== undefined) throw new HttpError(400, `there is no m-section with mid ${unknown}`);
    if (ifMatch === undefined) throw new HttpError(428, 'If-Match with the entity-tag of the ICE session is needed');
    if (!matches(ifMatch, this.#etag)) throw new HttpError(412, 'the entity-tag is not that of the ICE session');
    const { usernameFragment, password } = fragment;
    if (usernameFragment === credentials.usernameFragment && password === credentials.password) return {};
    const ice = await this.#transport.restartIce();
    this.#peer = { credentials: { usernameFragment, password }, media };
    this.#etag = newTag();
    return { fragment: writeFragment(ice, this.#transport.iceCandidates, media) };
  }

  #closeAfter(timeMs: number): NodeJS.Timeout {
    return setTimeout(() => this.close(), timeMs).unref();
  }
}

function newTag(): string {
  return `"${randomUUID()}"`;
}

/** Whether an If-Match holds for a strong entity-tag; weak ones never match (RFC 9110 section 13.1.1). */
function matches(ifMatch: string, etag: string): boolean {
  return ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === etag);
}
