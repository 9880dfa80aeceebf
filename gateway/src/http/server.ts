import type { Server as HttpsServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { GatewayConfig } from '../config.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { RoomRegistry } from '../rooms/registry.ts';
import type { WorkerPool } from '../workers.ts';
import { AccessControl } from './access.ts';
import type { HttpContext } from './context.ts';
import { addCors } from './cors.ts';
import { HttpError } from './errors.ts';
import { sendProblem } from './problem.ts';
import { addRoutes } from './routes.ts';
import { RoomParams, SocketQuery } from './schemas.ts';
import { SocketSession } from './socket.ts';
import { addStatusRoutes } from './status.ts';
import { readCertificate, watchCertificate } from './tls.ts';

const PublicFolder = fileURLToPath(new URL('../../public/', import.meta.url));

const SecurityHeaders = {
  'content-security-policy': "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Builds the HTTP server: the page, the API and the WebSocket. It does not listen yet, so that more can be added. */
export async function createServer(
  config: GatewayConfig,
  rooms: RoomRegistry,
  workers: WorkerPool,
  logStream?: NodeJS.WritableStream,
): Promise<HttpContext> {
  const { maxBodyBytes, allowedOrigins, trustProxy, tls } = config.http;
  const app = fastify({
    bodyLimit: maxBodyBytes,
    trustProxy,
    logger: { level: config.logLevel, serializers: { req: describeRequest }, ...(logStream && { stream: logStream }) },
    forceCloseConnections: true,
    ...(tls && { https: readCertificate(tls) }),
  }) as FastifyInstance;
  if (tls) keepCertificate(app, tls);
  const counts = new Map<string, () => number>();
  const countSessions = (kind: string, count: () => number): void => void counts.set(kind, count);
  const sessions = (): Record<string, number> => Object.fromEntries([...counts].map(([kind, count]) => [kind, count()]));
  const metrics = new Metrics({ rooms, workers, sessions });
  const access = new AccessControl(config.auth.tokens);
  const context: HttpContext = { app, config, rooms, access, countSessions };

  setUpRequests(app, metrics);
  addCors(app, allowedOrigins);
  await addRateLimit(app, config.limits.requestsPerMinute);
  await app.register(fastifyWebsocket, { options: { maxPayload: maxBodyBytes } });
  await app.register(fastifyStatic, { root: PublicFolder, cacheControl: true, maxAge: 0 });
  addStatusRoutes(context, workers, metrics);
  addRoutes(context);
  addSocket(context);
  return context;
}

function setUpRequests(app: FastifyInstance, metrics: Metrics): void {
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request) => {
    throw new HttpError(404, `nothing at ${request.method} ${request.url}`);
  });
  app.setValidatorCompiler(({ schema }) => (data: unknown) => {
    const result = (schema as z.ZodType).safeParse(data);
    return result.success ? { value: result.data } : { error: result.error };
  });
  app.removeContentTypeParser('text/plain');
  for (const type of ['application/sdp', 'application/trickle-ice-sdpfrag']) {
    app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  }
  app.addHook('onRequest', async (_request, reply) => void reply.headers(SecurityHeaders));
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.observeRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    // A refused upgrade leaves a socket that neither HTTP nor WebSocket owns.
    if (request.headers.upgrade !== undefined) request.raw.socket.destroySoon();
  });
}

async function addRateLimit(app: FastifyInstance, max: number): Promise<void> {
  if (max === 0) return;
  await app.register(fastifyRateLimit, {
    max,
    timeWindow: 60_000,
    allowList: (request) => request.url === '/healthz' || request.url === '/readyz',
    errorResponseBuilder: (_request, { ttl }) =>
      new HttpError(429, `more than ${max} requests a minute`, { 'retry-after': String(Math.ceil(ttl / 1000)) }),
  });
}

function addSocket({ app, config, rooms, access, countSessions }: HttpContext): void {
  let open = 0;
  countSessions('websocket', () => open);
  app.get(
    '/api/rooms/:room/socket',
    {
      websocket: true,
      schema: { params: RoomParams, querystring: SocketQuery },
      preValidation: async (request) => {
        access.require(request, 'watch', (request.params as { room: string }).room);
      },
    },
    (socket, request) => {
      const { room } = request.params as { room: string };
      const { name, transport } = request.query as ReturnType<typeof SocketQuery.parse>;
      open += 1;
      socket.once('close', () => (open -= 1));
      const session = new SocketSession(socket, request.log, {
        mayPublish: access.identify(request).may('publish', room),
        messagesPerMinute: config.limits.requestsPerMinute,
      });
      void session.run(rooms, room, { protocols: transport, ...(name && { name }) });
    },
  );
}

function keepCertificate(app: FastifyInstance, tls: NonNullable<GatewayConfig['http']['tls']>): void {
  const stop = watchCertificate(app.server as unknown as HttpsServer, tls, (outcome) => {
    if (outcome === 'reloaded') app.log.info('certificate reloaded');
    else app.log.error({ err: outcome }, 'the new certificate cannot be used; the old one stays');
  });
  app.addHook('onClose', async () => stop());
}

/** The secrets of sessions, and tokens of WebSockets and of the page, stand in URLs and must not reach the log. */
function describeRequest(request: FastifyRequest): Record<string, unknown> {
  return {
    method: request.method,
    url: request.url
      .replace(/(\/(?:sessions|whip-sessions|whep-sessions|plain-sessions)\/)[^/?]+/, '$1…')
      .replace(/(token=)[^&]*/g, '$1…'),
    remoteAddress: request.ip,
  };
}
