import { randomUUID } from 'node:crypto';
import type { Room, RoomSource } from '../rooms/room.ts';
import { HttpError } from '../http/errors.ts';
import type { UserInfo } from '../rooms/messages.ts';
import { PublishConnection, type PublishedTrack, type RemoteSession, type SdpError } from '../sdp/index.ts';
import { WishSession } from '../wish/session.ts';

/** A WHIP client in its room: it publishes, and receives nothing. */
export class WhipSession extends WishSession implements RoomSource {
  readonly id: string;
  readonly info: UserInfo;
  readonly #connection: PublishConnection;

  private constructor(room: string, connection: PublishConnection, info: UserInfo) {
    super(room, connection.transport);
    this.id = info.id;
    this.info = info;
    this.#connection = connection;
  }

  get published(): PublishedTrack[] {
    return this.#connection.tracks.filter((track) => !track.producer.closed);
  }

  /**
   * Publishes an offer in a room.
   * @returns the session and the SDP answer
   * @throws SdpError, HttpError 422 for what WHIP does not allow
   */
  static async create(
    room: Room,
    offer: { sdp: string; parsed: RemoteSession },
    options: { name?: string; simulcast: boolean; codecPreference: readonly string[] },
  ): Promise<{ session: WhipSession; answer: string }> {
    const id = randomUUID();
    const info = { id, name: options.name || `whip-${id.slice(0, 4)}` };
    const connection = await PublishConnection.create(room.place.router, {
      transport: { listen: room.place.listen },
      defaultStreamId: id,
      simulcast: options.simulcast,
      codecPreference: options.codecPreference,
      appData: { userId: id },
    });
    try {
      const { answer, rejected } = await connection.negotiate(offer.sdp);
      if (rejected[0]) throw partial(rejected[0].error);
      const session = new WhipSession(room.id, connection, info);
      session.setPeer(offer.parsed);
      connection.once('close', () => room.remove(session));
      room.add(session);
      return { session, answer };
    } catch (error) {
      connection.close();
      throw error;
    }
  }
}

/** No partly successful answers (RFC 9725 section 4.4.3). */
function partial(error: SdpError): HttpError {
  return new HttpError(422, error.message);
}

/**
 * Checks what RFC 9725 sections 4.2 and 4.4.2 ask of an offer.
 * @throws HttpError 422
 */
export function checkWhipOffer({ media }: RemoteSession): void {
  const active = media.filter((section) => !section.rejected);
  if (active.length === 0) throw new HttpError(422, 'the offer has no m-section to send');
  for (const section of active) {
    const { kind, direction } = section;
    if (kind !== 'audio' && kind !== 'video') continue;
    if (!/^send/.test(direction)) throw partial(section.section.error(`a=${direction} is not for WHIP`, direction));
    if (active.filter((other) => other.kind === kind).length > 1) {
      throw partial(section.section.error(`WHIP has one ${kind} track at most`));
    }
  }
  const streams = new Set(active.flatMap(({ msid }) => (msid?.streamId === undefined ? [] : [msid.streamId])));
  if (streams.size > 1) throw new HttpError(422, 'WHIP has a single MediaStream: all a=msid must name the same');
}
