import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { HttpContext } from './context.ts';
import { HttpError, NotFoundError } from './errors.ts';
import { AnswerQuery, EventsQuery, JoinBody, LayersBody, RoomParams, SessionParams, TrackParams } from './schemas.ts';
import { HttpSessions } from './sessions.ts';

/** Rooms and users over plain HTTP: for clients without a WebSocket. */
export function addRoutes(context: HttpContext): void {
  const { app, rooms, access, countSessions } = context;
  const sessions = new HttpSessions(rooms);
  countSessions('http', () => sessions.size);

  app.get('/api/rooms', async (request) => {
    const grant = access.identify(request);
    return { rooms: rooms.list().filter(({ id }) => grant.may('watch', id)) };
  });

  app.get('/api/rooms/:room', { schema: { params: RoomParams } }, async (request) => {
    const { room: id } = request.params as { room: string };
    access.require(request, 'watch', id);
    const room = rooms.get(id);
    if (!room) throw new NotFoundError(`no room ${id}`);
    return { id, users: room.users };
  });

  app.post('/api/rooms/:room/users', { schema: { params: RoomParams, body: JoinBody } }, async (request, reply) => {
    const { room } = request.params as { room: string };
    const mayPublish = access.require(request, 'watch', room).may('publish', room);
    const { name, transport } = request.body as ReturnType<typeof JoinBody.parse>;
    const session = await sessions.open(room, { protocols: transport, ...(name && { name }) }, mayPublish);
    const messages = await session.fetch(0);
    const location = `/api/sessions/${session.secret}`;
    return reply.status(201).header('location', location).send({ session: session.secret, messages });
  });

  addSessionRoutes(context, sessions);
}

function addSessionRoutes({ app }: HttpContext, sessions: HttpSessions): void {
  const find = (params: unknown): ReturnType<HttpSessions['get']> =>
    sessions.get((params as { session: string }).session);

  app.get(
    '/api/sessions/:session/events',
    { schema: { params: SessionParams, querystring: EventsQuery } },
    async (request) => {
      const { waitMs } = request.query as { waitMs: number };
      return { messages: await find(request.params).fetch(waitMs) };
    },
  );

  app.put('/api/sessions/:session/publish', { schema: { params: SessionParams } }, async (request, reply) => {
    const session = find(request.params);
    if (!session.mayPublish) throw new HttpError(403, 'the bearer token did not allow to publish');
    const { answer } = await session.membership.user.publish(readSdp(request));
    return reply.type('application/sdp').send(answer);
  });

  app.delete('/api/sessions/:session/publish', { schema: { params: SessionParams } }, async (request, reply) => {
    find(request.params).membership.user.unpublish();
    return reply.status(204).send();
  });

  app.put(
    '/api/sessions/:session/answer',
    { schema: { params: SessionParams, querystring: AnswerQuery } },
    async (request, reply) => {
      const { version } = request.query as { version: number };
      await find(request.params).membership.user.answer(version, readSdp(request));
      return reply.status(204).send();
    },
  );

  app.put(
    '/api/sessions/:session/tracks/:mid/layers',
    { schema: { params: TrackParams, body: LayersBody } },
    async (request) => {
      const { mid } = request.params as { mid: string };
      return find(request.params).membership.user.setPreferredLayers(mid, request.body as z.infer<typeof LayersBody>);
    },
  );

  app.delete('/api/sessions/:session', { schema: { params: SessionParams } }, async (request, reply) => {
    const { secret } = find(request.params);
    sessions.close(secret);
    return reply.status(204).send();
  });
}

/** @throws HttpError 415 */
export function readSdp(request: FastifyRequest): string {
  const type = mediaType(request);
  if (type !== 'application/sdp' || typeof request.body !== 'string') throw new HttpError(415, 'the body must be application/sdp');
  return request.body;
}

/** The media type of a request's body, without parameters. */
export function mediaType(request: FastifyRequest): string | undefined {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}
