import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { GatewayConfig } from '../config.ts';
import type { RoomRegistry } from '../rooms/registry.ts';
import { originAllowed } from './origins.ts';
import { sendProblem } from './problem.ts';
import { addRoutes } from './routes.ts';
import { RoomParams, SocketQuery } from './schemas.ts';
import { SocketSession } from './socket.ts';

const PublicFolder = fileURLToPath(new URL('../../public/', import.meta.url));

const SecurityHeaders = {
  'content-security-policy': "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Builds the HTTP server: the page, the API and the WebSocket. It does not listen yet. */
export async function createServer(
  config: Pick<GatewayConfig, 'http' | 'logLevel'>,
  rooms: RoomRegistry,
): Promise<FastifyInstance> {
  const { maxBodyBytes, allowedOrigins } = config.http;
  const app = fastify({
    bodyLimit: maxBodyBytes,
    logger: { level: config.logLevel, serializers: { req: describeRequest } },
    forceCloseConnections: true,
  });
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    void reply
      .status(404)
      .type('application/problem+json')
      .send({ title: 'Not found', status: 404, detail: `nothing at ${request.method} ${request.url}` });
  });
  app.setValidatorCompiler(({ schema }) => (data: unknown) => {
    const result = (schema as z.ZodType).safeParse(data);
    return result.success ? { value: result.data } : { error: result.error };
  });
  app.addContentTypeParser('application/sdp', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(SecurityHeaders);
    if (originAllowed(request, allowedOrigins)) return undefined;
    void reply.status(403).type('application/problem+json');
    return reply.send({ title: 'Forbidden', status: 403, detail: 'this origin may not use the service' });
  });

  // A refused upgrade leaves a socket that neither HTTP nor WebSocket owns.
  app.addHook('onResponse', async (request) => {
    if (request.headers.upgrade !== undefined) request.raw.socket.destroySoon();
  });

  await app.register(fastifyWebsocket, { options: { maxPayload: maxBodyBytes } });
  await app.register(fastifyStatic, { root: PublicFolder, cacheControl: true, maxAge: 0 });
  app.get('/health', async () => ({ status: 'ok' }));
  addRoutes(app, rooms);
  app.get(
    '/api/rooms/:room/socket',
    { websocket: true, schema: { params: RoomParams, querystring: SocketQuery } },
    (socket, request) => {
      const { room } = request.params as { room: string };
      const { name, transport } = request.query as ReturnType<typeof SocketQuery.parse>;
      const session = new SocketSession(socket, request.log);
      void session.run(rooms, room, { protocols: transport, ...(name && { name }) });
    },
  );
  return app;
}

/** A session's secret stands in its URL and must not reach the log. */
function describeRequest(request: FastifyRequest): Record<string, unknown> {
  return {
    method: request.method,
    url: request.url.replace(/\/api\/sessions\/[^/?]+/, '/api/sessions/…'),
    remoteAddress: request.ip,
  };
}
