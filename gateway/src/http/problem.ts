import type { FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import { NegotiationError, SdpError } from '../sdp/index.ts';
import { LimitError } from '../rooms/room.ts';
import { UnavailableError } from '../workers.ts';

/** A problem document (RFC 9457). `line` is the 1-based SDP line the problem is about. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  line?: number;
}

/** Something asked for that does not exist. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** Describes an error for the peer. What we did not foresee is not shown to it. */
export function describeProblem(error: unknown): Problem {
  if (error instanceof SdpError) {
    return { title: 'Unusable SDP', status: 400, detail: error.message, line: error.lineNumber };
  }
  if (error instanceof NegotiationError) {
    return { title: 'Out of step', status: 409, detail: error.message };
  }
  if (error instanceof LimitError) return { title: 'Limit reached', status: 503, detail: error.message };
  if (error instanceof UnavailableError) return { title: 'Not available now', status: 503, detail: error.message };
  if (error instanceof NotFoundError) return { title: 'Not found', status: 404, detail: error.message };
  if (error instanceof ZodError) {
    const detail = error.issues.map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`).join('; ');
    return { title: 'Malformed request', status: 400, detail };
  }
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    const status = error.statusCode;
    if (status >= 400 && status < 500) return { title: 'Bad request', status, detail: error.message };
  }
  return { title: 'Internal error', status: 500, detail: 'The service could not do this; its log says why.' };
}

/** Fastify error handler that answers with problem documents. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = describeProblem(error);
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
  void reply.status(problem.status).type('application/problem+json').send(problem);
}
