import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HttpContext } from '../http/context.ts';
import { HttpError } from '../http/errors.ts';
import { RoomParams, UserParams } from '../http/schemas.ts';
import type { Room } from '../rooms/room.ts';
import { parseRemoteSession, type RemoteSession } from '../sdp/index.ts';
import { completeSdp } from '../wish/fragment.ts';
import { WishResource, type Created } from '../wish/resource.ts';
import { EgressRouters } from './egress.ts';
import { WhepSession } from './session.ts';
import type { SpeakerStreams } from './speakers.ts';
import { targetOfSpeaker, targetOfUser, type Target } from './target.ts';

/** `?offer=server` asks for an offer of ours at once (406), with RTX and bandwidth estimation. */
const Query = z.object({ offer: z.enum(['client', 'server']).default('client') });
/** When to ask again where nobody publishes yet, in seconds. */
const RetryAfterS = '2';

/** WHEP (draft-ietf-wish-whep-04): watching one user of a room, or whoever speaks in it, with one POST. */
export function addWhep(context: HttpContext, speakers: SpeakerStreams): void {
  const egress = new WeakMap<Room, EgressRouters>();
  const egressOf = (room: Room): EgressRouters => {
    const known = egress.get(room) ?? new EgressRouters(room);
    egress.set(room, known);
    return known;
  };
  const create = async (request: FastifyRequest, sdp: string): Promise<Created<WhepSession>> => {
    const { room: id, user } = request.params as { room: string; user?: string };
    const { offer: from } = request.query as z.infer<typeof Query>;
    const offer = parseRemoteSession(sdp);
    checkWhepOffer(offer);
    const room = context.rooms.draining ? await context.rooms.obtain(id) : context.rooms.get(id);
    if (!room) throw new HttpError(409, `nobody publishes in room ${id}`, { 'retry-after': RetryAfterS });
    const release = room.hold();
    let target: Target | undefined;
    try {
      target = user === undefined ? targetOfSpeaker(room, await speakers.hold(room)) : targetOfUser(room, user);
      if (!target?.audio && !target?.video) {
        throw new HttpError(409, 'nothing is published there', { 'retry-after': RetryAfterS });
      }
      const answered = from === 'client' ? await WhepSession.answerOffer(room, egressOf(room), target, offer) : undefined;
      const created = answered ?? { ...(await WhepSession.counterOffer(room, target)), status: 406 as const };
      resource.keep(created.session);
      const done = target.release;
      created.session.onClose(() => {
        done();
        release();
      });
      return { ...created, sdp: completeSdp(created.sdp) };
    } catch (error) {
      target?.release();
      release();
      throw error;
    }
  };
  const common = { kind: 'whep', right: 'watch', query: Query, create, discoverable: true } as const;
  const resource: WishResource<WhepSession> = new WishResource<WhepSession>(context, {
    ...common,
    paths: [
      { path: '/api/rooms/:room/whep', params: RoomParams },
      { path: '/api/rooms/:room/users/:user/whep', params: UserParams },
    ],
    answer: (session, sdp) => session.answerCounterOffer(sdp),
  });
}

/**
 * Checks what WHEP sections 4.3.5 and 4.6.2 ask of an offer.
 * @throws HttpError 422
 */
export function checkWhepOffer({ media, transport }: RemoteSession): void {
  const active = media.filter(({ rejected, kind }) => !rejected && (kind === 'audio' || kind === 'video'));
  if (active.length === 0 || !transport) throw new HttpError(422, 'the offer has no m-section to receive audio or video');
  for (const { kind, direction, section } of active) {
    if (direction !== 'recvonly' && direction !== 'sendrecv') {
      throw new HttpError(422, section.error(`a=${direction} is not for WHEP`, direction).message);
    }
    if (active.filter((other) => other.kind === kind).length > 1) {
      throw new HttpError(422, section.error(`WHEP has one ${kind} track at most`).message);
    }
  }
}
