import type { FastifyInstance } from 'fastify';
import type { RoomRegistry } from '../rooms/registry.ts';
import { NotFoundError } from './problem.ts';
import { AnswerQuery, EventsQuery, JoinBody, RoomParams, SessionParams } from './schemas.ts';
import { HttpSessions } from './sessions.ts';

/** Rooms and users over plain HTTP: for clients without a WebSocket. */
export function addRoutes(app: FastifyInstance, rooms: RoomRegistry): void {
  const sessions = new HttpSessions(rooms);

  app.get('/api/rooms', async () => ({ rooms: rooms.list() }));

  app.get('/api/rooms/:room', { schema: { params: RoomParams } }, async (request) => {
    const { room: id } = request.params as { room: string };
    const room = rooms.get(id);
    if (!room) throw new NotFoundError(`no room ${id}`);
    return { id, users: room.users };
  });

  app.post('/api/rooms/:room/users', { schema: { params: RoomParams, body: JoinBody } }, async (request, reply) => {
    const { room } = request.params as { room: string };
    const { name, transport } = request.body as ReturnType<typeof JoinBody.parse>;
    const session = await sessions.open(room, { protocols: transport, ...(name && { name }) });
    const messages = await session.fetch(0);
    const location = `/api/sessions/${session.secret}`;
    return reply.status(201).header('location', location).send({ session: session.secret, messages });
  });

  addSessionRoutes(app, sessions);
}

function addSessionRoutes(app: FastifyInstance, sessions: HttpSessions): void {
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
    const { answer } = await find(request.params).membership.user.publish(readSdp(request.body));
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
      await find(request.params).membership.user.answer(version, readSdp(request.body));
      return reply.status(204).send();
    },
  );

  app.delete('/api/sessions/:session', { schema: { params: SessionParams } }, async (request, reply) => {
    const { secret } = find(request.params);
    sessions.close(secret);
    return reply.status(204).send();
  });
}

class MediaTypeError extends Error {
  readonly statusCode = 415;
}

function readSdp(body: unknown): string {
  if (typeof body !== 'string') throw new MediaTypeError('the body must be application/sdp');
  return body;
}
