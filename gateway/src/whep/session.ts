import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import { HttpError } from '../http/errors.ts';
import type { Room } from '../rooms/room.ts';
import {
  SubscribeConnection,
  parseRemoteSession,
  writeSession,
  type LocalMedia,
  type RemoteMedia,
  type RemoteSession,
} from '../sdp/index.ts';
import { connectTransport, createTransport } from '../sdp/transport.ts';
import { WishSession } from '../wish/session.ts';
import type { EgressRouters } from './egress.ts';
import { layOut, type Layout } from './layout.ts';
import type { Target } from './target.ts';

/** How long an offer of ours waits for its answer (WHEP section 4.3.2). */
export const CounterOfferMs = 30_000;

/** A WHEP viewer. */
export class WhepSession extends WishSession {
  readonly #counter: SubscribeConnection | undefined;

  private constructor(room: string, transport: types.WebRtcTransport, counter?: SubscribeConnection) {
    super(room, transport);
    this.#counter = counter;
  }

  /**
   * Answers a viewer's offer.
   * @returns undefined when the room has too many payload type layouts already: then a counter-offer serves
   * @throws HttpError 422 when the viewer offers none of the codecs
   */
  static async answerOffer(
    room: Room,
    egress: EgressRouters,
    target: Target,
    offer: RemoteSession,
  ): Promise<{ session: WhepSession; sdp: string } | undefined> {
    const pairs = pairUp(target, offer);
    const layout: Layout = pairs.map(({ codec }) => codec);
    if (!egress.hasPlaceFor(layout)) return undefined;
    const place = await egress.take(layout, pairs.map(({ producer }) => producer));
    let transport: types.WebRtcTransport;
    try {
      transport = await createTransport(place.router, { listen: room.place.listen }, false);
    } catch (error) {
      place.release();
      throw error;
    }
    transport.observer.once('close', place.release);
    try {
      const consumers = new Map<RemoteMedia, types.Consumer>();
      for (const [index, { section }] of pairs.entries()) {
        const { id: producerId } = place.producers[index]!;
        const rtpCapabilities = capabilitiesOf(place.router, section);
        consumers.set(section, await transport.consume({ producerId, rtpCapabilities, mid: section.mid }));
      }
      const setup = await connectTransport(transport, offer.transport!);
      const session = new WhepSession(room.id, transport);
      session.setPeer({ ...offer, media: pairs.map(({ section }) => section) });
      session.#endWith(target);
      return { session, sdp: writeAnswer(transport, offer, consumers, target.streamId, setup) };
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  /** Makes an offer of ours instead: with our payload types, RTX and bandwidth estimation. */
  static async counterOffer(room: Room, target: Target): Promise<{ session: WhepSession; sdp: string; validUntil: Date }> {
    const connection = await SubscribeConnection.create(room.place.router, {
      transport: { listen: room.place.listen },
      dataChannels: 'none',
    });
    connection.setProducers([target.audio, target.video].filter((producer) => producer !== undefined));
    const offer = await connection.createOffer();
    if (!offer) {
      connection.close();
      throw new HttpError(409, 'there is nothing to watch', { 'retry-after': '5' });
    }
    const session = new WhepSession(room.id, connection.transport, connection);
    session.#endWith(target);
    const unanswered = setTimeout(() => connection.pendingOffer && session.close(), CounterOfferMs);
    session.onClose(() => clearTimeout(unanswered));
    // One MediaStream (WHEP section 4.6.2), though a user may publish sound and picture in two.
    const streams = new Set(offer.tracks.map(({ streamId }) => streamId));
    const sdp = [...streams].reduce((text, id) => text.replaceAll(`msid:${id} `, `msid:${target.streamId} `), offer.sdp);
    return { session, sdp, validUntil: new Date(Date.now() + CounterOfferMs) };
  }

  /**
   * Takes the answer to a counter-offer.
   * @throws SdpError, HttpError 422 where none is awaited
   */
  async answerCounterOffer(sdp: string): Promise<void> {
    if (!this.#counter?.pendingOffer) throw new HttpError(422, 'no offer waits for an answer: WHEP has no renegotiation');
    const answer = parseRemoteSession(sdp);
    await this.#counter.acceptAnswer(sdp);
    this.setPeer(answer);
  }

  /** The session ends when nothing of what it shows is left. */
  #endWith({ audio, video }: Target): void {
    const producers = [audio, video].filter((producer) => producer !== undefined);
    for (const producer of producers) {
      producer.observer.once('close', () => {
        if (producers.every(({ closed }) => closed)) this.close();
      });
    }
  }
}

interface Pair {
  section: RemoteMedia;
  producer: types.Producer;
  codec: types.RouterRtpCodecCapability;
}

/** Brings together what there is and what the viewer offers to receive. */
function pairUp(target: Target, offer: RemoteSession): Pair[] {
  const pairs = offer.media.flatMap((section): Pair[] => {
    const producer = section.kind === 'audio' || section.kind === 'video' ? target[section.kind] : undefined;
    const codec = !section.rejected && producer ? layOut(producer, section) : undefined;
    return producer && codec ? [{ section, producer, codec }] : [];
  });
  if (pairs.length > 0) return pairs;
  const codecs = [target.audio, target.video].flatMap((producer) => producer?.rtpParameters.codecs[0]?.mimeType ?? []);
  throw new HttpError(422, `the offer has none of the codecs that are sent: ${codecs.join(', ')}`);
}

/**
 * What the viewer offers for one m-section. Header extensions only under the ids of the Router, which are fixed: with
 * other ids nothing is negotiated and the bandwidth is not estimated.
 */
function capabilitiesOf(router: types.Router, section: RemoteMedia): types.RtpCapabilities {
  const { codecs = [], headerExtensions = [] } = router.rtpCapabilities;
  return {
    codecs: codecs
      .filter(({ mimeType }) => !/\/rtx$/i.test(mimeType))
      .map((codec) => {
        const offered = section.codecs.find(({ payloadType }) => payloadType === codec.preferredPayloadType);
        const rtcpFeedback = (codec.rtcpFeedback ?? []).filter(({ type, parameter = '' }) =>
          offered?.rtcpFeedback.some((entry) => entry.type === type && (entry.parameter ?? '') === parameter),
        );
        return { ...codec, rtcpFeedback };
      }),
    headerExtensions: headerExtensions.filter(
      ({ kind, preferredId, uri }) =>
        kind === section.kind && section.extensions.some((offered) => offered.id === preferredId && offered.uri === uri),
    ),
  };
}

function writeAnswer(
  transport: types.WebRtcTransport,
  offer: RemoteSession,
  consumers: ReadonlyMap<RemoteMedia, types.Consumer>,
  streamId: string,
  setup: 'active' | 'passive',
): string {
  return writeSession({
    sessionId: String(randomInt(1, 2 ** 47)),
    version: 1,
    ice: transport.iceParameters,
    candidates: transport.iceCandidates,
    fingerprints: transport.dtlsParameters.fingerprints,
    setup,
    extmapAllowMixed: offer.extmapAllowMixed,
    media: offer.media.map((section): LocalMedia => {
      const consumer = consumers.get(section);
      if (!consumer) {
        const { type, protocol, formats, mid } = section;
        return { rejected: true, type, protocol, formats, mid };
      }
      const { codecs, headerExtensions = [], encodings, rtcp } = consumer.rtpParameters;
      return {
        kind: consumer.kind,
        mid: section.mid,
        direction: 'sendonly',
        codecs,
        extensions: headerExtensions.map(({ id, uri }) => ({ id, uri })),
        source: { ssrc: encodings![0]!.ssrc!, cname: rtcp?.cname ?? streamId, streamId, trackId: consumer.id },
      };
    }),
  });
}
