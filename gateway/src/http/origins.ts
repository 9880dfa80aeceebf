import type { FastifyRequest } from 'fastify';

/**
 * Whether a page may use the service: pages of its own address, and those of `allowed` origins. Requests without an
 * Origin do not come from a page. This also stops pages of other sites that a browser lets open WebSockets anywhere.
 */
export function originAllowed(request: FastifyRequest, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
