import { z } from 'zod';

/** Room names: readable in a URL, and bounded. */
export const RoomId = z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ ~ -');

export const UserName = z.string().trim().max(64).optional();
const Transport = z.enum(['any', 'udp', 'tcp']).default('any');

export const RoomParams = z.object({ room: RoomId });
/** A user by its id or its name. */
export const UserParams = z.object({ room: RoomId, user: z.string().min(1).max(64) });
export const SessionParams = z.object({ session: z.uuid() });
export const JoinBody = z.object({ name: UserName, transport: Transport }).default({ transport: 'any' });
export const SocketQuery = z.object({ name: UserName, transport: Transport });
export const AnswerQuery = z.object({ version: z.coerce.number().int().min(1) });
export const EventsQuery = z.object({ waitMs: z.coerce.number().int().min(0).max(25_000).default(0) });

const Sdp = z.string().min(1);
const Mid = z.string().min(1).max(64);
/** As many as any encoder makes (RFC 9628 section 4.2, W3C WebRTC-SVC). */
const Layer = z.number().int().min(0).max(7).optional();

export const TrackParams = SessionParams.extend({ mid: Mid });
/** Up to which layers a track is to come; without one, up to all there are. */
export const LayersBody = z.strictObject({ spatialLayer: Layer, temporalLayer: Layer });

/** What a client says over its WebSocket. `id` comes back with the reply. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('publish'),
    id: z.number().int(),
    sdp: Sdp,
    scalabilityModes: z.record(Mid, z.string().max(16)).optional(),
  }),
  z.object({ type: z.literal('unpublish'), id: z.number().int() }),
  z.object({ type: z.literal('answer'), id: z.number().int(), version: z.number().int(), sdp: Sdp }),
  z.object({ type: z.literal('retry'), id: z.number().int(), version: z.number().int() }),
  z.object({ type: z.literal('restartIce'), id: z.number().int() }),
  z.object({
    type: z.literal('layers'),
    id: z.number().int(),
    mid: Mid,
    spatialLayer: Layer,
    temporalLayer: Layer,
  }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;
