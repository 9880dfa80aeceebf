import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { originAllowed } from './origins.ts';
import { HttpError } from './errors.ts';

/** What pages of other origins may read beside the body. */
const ExposedHeaders =
  'Location, ETag, Link, Accept-Post, Accept-Patch, Allow, Retry-After, WWW-Authenticate, Content-Type';
const AllowedHeaders = 'Authorization, Content-Type, If-Match, Link';
const AllowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const PreflightSeconds = '7200';

/** Lets in pages of our own and of `allowed` origins, with what CORS asks for (Fetch standard section 3.2), and no others. */
export function addCors(app: FastifyInstance, allowed: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!originAllowed(request, allowed)) throw new HttpError(403, 'this origin may not use the service');
    const { origin } = request.headers;
    void reply.header('vary', 'Origin');
    if (origin === undefined) return;
    void reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': ExposedHeaders });
    if (isPreflight(request)) addPreflight(reply);
  });
  app.options('/*', async (_request, reply) => reply.status(204).send());
}

/** Whether a browser asks before it lets a page make the request itself. It sends no credentials then. */
export function isPreflight(request: FastifyRequest): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

function addPreflight(reply: FastifyReply): void {
  void reply.headers({
    'access-control-allow-methods': AllowedMethods,
    'access-control-allow-headers': AllowedHeaders,
    'access-control-max-age': PreflightSeconds,
  });
}
