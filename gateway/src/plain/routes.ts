import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HttpContext } from '../http/context.ts';
import { HttpError, NotFoundError } from '../http/errors.ts';
import { mediaType } from '../http/routes.ts';
import { RoomParams, SessionParams, UserName, UserParams } from '../http/schemas.ts';
import type { Room } from '../rooms/room.ts';
import { LimitError } from '../rooms/limits.ts';
import type { SpeakerStreams } from '../whep/speakers.ts';
import { targetOfSpeaker, targetOfUser, type Target } from '../whep/target.ts';
import { IncomingStream } from './incoming.ts';
import { networkCheck, plainAddress } from './networks.ts';
import { OutgoingStream } from './outgoing.ts';
import { readPlainSdp, type Announced } from './sdp.ts';

const OutQuery = z.object({
  /** Even, as RTP has it (RFC 3550 section 11). */
  port: z.coerce.number().int().min(1024).max(65_530).refine((port) => port % 2 === 0, 'must be even').default(5004),
  kind: z.enum(['audio', 'video']).optional(),
});
const InQuery = z.object({ name: UserName });

const JsonTrack = z.strictObject({
  kind: z.enum(['audio', 'video']),
  codec: z.string().regex(/^[\w.-]{1,32}$/, 'must be the name of a codec, such as VP8'),
  payloadType: z.number().int().min(0).max(127),
  clockRate: z.number().int().min(8_000).max(192_000).optional(),
  channels: z.number().int().min(1).max(8).optional(),
  ssrc: z.number().int().min(1).max(0xffff_ffff).optional(),
  parameters: z.record(z.string().max(64), z.union([z.string().max(256), z.number()])).optional(),
});
const JsonAnnouncement = z.strictObject({ name: UserName, tracks: z.array(JsonTrack).min(1) });

const RetryAfter = { 'retry-after': '2' };

/** Plain RTP for ffmpeg, GStreamer and VLC: out of a room by an SDP file, into a room by an announcement. */
export function addPlain(context: HttpContext, speakers: SpeakerStreams): void {
  const routes = new PlainRoutes(context, speakers);
  const { app, access } = context;
  const out = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => routes.send(request, reply);
  app.get('/api/rooms/:room/track.sdp', { schema: { params: RoomParams, querystring: OutQuery } }, out);
  app.get('/api/rooms/:room/users/:user/track.sdp', { schema: { params: UserParams, querystring: OutQuery } }, out);
  app.post(
    '/api/rooms/:room/rtp',
    {
      schema: { params: RoomParams, querystring: InQuery },
      preParsing: async (request) => {
        routes.checkAsker(request);
        access.require(request, 'publish', (request.params as { room: string }).room);
      },
    },
    (request, reply) => routes.receive(request, reply),
  );
  app.delete('/api/plain-sessions/:session', { schema: { params: SessionParams } }, (request, reply) => routes.end(request, reply));
}

class PlainRoutes {
  readonly #context: HttpContext;
  readonly #speakers: SpeakerStreams;
  readonly #allowed: (address: string) => boolean;
  /** By secret. */
  readonly #sessions = new Map<string, OutgoingStream | IncomingStream>();
  /** By address and port, as a port can take one stream. */
  readonly #destinations = new Map<string, OutgoingStream>();

  constructor(context: HttpContext, speakers: SpeakerStreams) {
    this.#context = context;
    this.#speakers = speakers;
    this.#allowed = networkCheck(context.config.plain.networks);
    const count = (of: typeof OutgoingStream | typeof IncomingStream) => (): number =>
      [...this.#sessions.values()].filter((session) => session instanceof of).length;
    context.countSessions('rtp-out', count(OutgoingStream));
    context.countSessions('rtp-in', count(IncomingStream));
  }

  /** @throws HttpError 403 when the asker's address is not in the networks */
  checkAsker(request: FastifyRequest): string {
    const address = plainAddress(request.ip);
    if (!this.#allowed(address)) throw new HttpError(403, `plain RTP is not for ${address}`);
    return address;
  }

  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const address = this.checkAsker(request);
    const { room: id, user } = request.params as { room: string; user?: string };
    const { port, kind } = request.query as z.infer<typeof OutQuery>;
    const { access, rooms, config } = this.#context;
    access.require(request, 'watch', id);
    const room = rooms.draining ? await rooms.obtain(id) : rooms.get(id);
    if (!room) throw new HttpError(409, `nobody publishes in room ${id}`, RetryAfter);
    const key = `${address} ${port}`;
    this.#destinations.get(key)?.close();
    const release = room.hold();
    let target: Target | undefined;
    let stream: OutgoingStream;
    try {
      target = await this.#target(room, user, kind);
      const taken = target;
      const limits = { maxMs: 60_000 * config.plain.maxMinutes, portRange: config.rtc.portRange };
      stream = await OutgoingStream.start(room, taken, { address, port }, limits, () => {
        this.#sessions.delete(stream.secret);
        if (this.#destinations.get(key) === stream) this.#destinations.delete(key);
        taken.release();
        release();
      });
    } catch (error) {
      target?.release();
      release();
      throw error;
    }
    this.#sessions.set(stream.secret, stream);
    this.#destinations.set(key, stream);
    return reply.type('application/sdp').header('location', `/api/plain-sessions/${stream.secret}`).send(stream.sdp);
  }

  async receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const address = this.checkAsker(request);
    const { rooms, config } = this.#context;
    const { room: id } = request.params as { room: string };
    const { name, tracks } = readAnnouncement(request);
    const { tracksPerUser } = config.limits;
    if (tracks.length > tracksPerUser) throw new LimitError(`a user may publish ${tracksPerUser} tracks, not ${tracks.length}`);
    const room = await rooms.obtain(id);
    const release = room.hold();
    try {
      const onClose = ({ secret }: IncomingStream): void => void this.#sessions.delete(secret);
      const { portRange } = config.rtc;
      const stream = await IncomingStream.open(room, tracks, address, { ...(name && { name }), portRange, onClose });
      this.#sessions.set(stream.secret, stream);
      const location = `/api/plain-sessions/${stream.secret}`;
      return reply.status(201).header('location', location).send({ user: stream.info, tracks: stream.tracks });
    } finally {
      release();
    }
  }

  async end(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { access } = this.#context;
    access.identify(request);
    const session = this.#sessions.get((request.params as { session: string }).session);
    if (!session) throw new NotFoundError('no such session');
    access.require(request, session instanceof OutgoingStream ? 'watch' : 'publish', session.room);
    session.close();
    this.#sessions.delete(session.secret);
    return reply.status(204).send();
  }

  async #target(room: Room, user: string | undefined, kind: 'audio' | 'video' | undefined): Promise<Target> {
    const whole = user === undefined ? targetOfSpeaker(room, await this.#speakers.hold(room)) : targetOfUser(room, user);
    const { audio, video, streamId, release } = whole ?? { streamId: '', release: () => undefined };
    const target: Target = {
      ...(audio && kind !== 'video' && { audio }),
      ...(video && kind !== 'audio' && { video }),
      streamId,
      release,
    };
    if (target.audio || target.video) return target;
    release();
    throw new HttpError(409, 'nothing is published there', RetryAfter);
  }
}

function readAnnouncement(request: FastifyRequest): { name?: string; tracks: Announced[] } {
  const { name: asked } = request.query as z.infer<typeof InQuery>;
  switch (mediaType(request)) {
    case 'application/sdp':
      return { ...(asked && { name: asked }), tracks: readPlainSdp(String(request.body)) };
    case 'application/json': {
      const { name = asked, tracks } = JsonAnnouncement.parse(request.body);
      return { ...(name && { name }), tracks: tracks.map(describeTrack) };
    }
    default:
      throw new HttpError(415, 'the body must be application/sdp or application/json');
  }
}

function describeTrack({ kind, codec, payloadType, clockRate, channels, ssrc, parameters = {} }: z.infer<typeof JsonTrack>): Announced {
  const opus = codec.toLowerCase() === 'opus';
  return {
    kind,
    codec: {
      mimeType: `${kind}/${codec}`,
      payloadType,
      clockRate: clockRate ?? (kind === 'video' ? 90_000 : opus ? 48_000 : 8_000),
      ...(kind === 'audio' && { channels: channels ?? (opus ? 2 : 1) }),
      parameters,
      rtcpFeedback: kind === 'video' ? [{ type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }] : [],
    },
    ...(ssrc !== undefined && { ssrc }),
  };
}
