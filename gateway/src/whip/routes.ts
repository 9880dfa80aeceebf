import { z } from 'zod';
import type { HttpContext } from '../http/context.ts';
import { RoomParams, UserName } from '../http/schemas.ts';
import { checkTrackLimit } from '../rooms/limits.ts';
import { parseRemoteSession } from '../sdp/index.ts';
import { completeSdp } from '../wish/fragment.ts';
import { WishResource } from '../wish/resource.ts';
import { checkWhipOffer, WhipSession } from './session.ts';

const Query = z.object({ name: UserName });

/** WHIP (RFC 9725): publishing to a room with one POST. */
export function addWhip(context: HttpContext): void {
  const { rooms, config } = context;
  const options = {
    simulcast: config.media.simulcast,
    codecPreference: config.media.codecs.map(({ mimeType }) => mimeType),
  };
  const resource = new WishResource<WhipSession>(context, {
    kind: 'whip',
    right: 'publish',
    paths: [{ path: '/api/rooms/:room/whip', params: RoomParams }],
    query: Query,
    create: async (request, sdp) => {
      const { room: id } = request.params as { room: string };
      const { name } = request.query as z.infer<typeof Query>;
      checkTrackLimit(sdp, config.limits.tracksPerUser);
      const parsed = parseRemoteSession(sdp);
      checkWhipOffer(parsed);
      const room = await rooms.obtain(id);
      const release = room.hold();
      try {
        const { session, answer } = await WhipSession.create(room, { sdp, parsed }, { ...options, ...(name && { name }) });
        resource.keep(session);
        return { session, sdp: completeSdp(answer) };
      } finally {
        release();
      }
    },
  });
}
