import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import { LimitError } from '../rooms/limits.ts';
import { NegotiationError, SdpError } from '../sdp/index.ts';
import { UnavailableError } from '../workers.ts';
import { HttpError } from './errors.ts';

/** A problem document (RFC 9457). `line` is the 1-based SDP line the problem is about. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  line?: number;
}

/** When to ask again after a 503, in seconds. */
const RetryAfterS = { limit: '30', unavailable: '5' };

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
  if (error instanceof ZodError) {
    const detail = error.issues.map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`).join('; ');
    return { title: 'Malformed request', status: 400, detail };
  }
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    const status = error.statusCode;
    const foreseen = error instanceof HttpError || (status >= 400 && status < 500);
    if (foreseen) return { title: STATUS_CODES[status] ?? 'Bad request', status, detail: error.message };
  }
  return { title: 'Internal error', status: 500, detail: 'The service could not do this; its log says why.' };
}

function headersOf(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers;
  if (error instanceof LimitError) return { 'retry-after': RetryAfterS.limit };
  if (error instanceof UnavailableError) return { 'retry-after': RetryAfterS.unavailable };
  return {};
}

/** Fastify error handler that answers with problem documents. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = describeProblem(error);
  if (problem.status === 500) request.log.error({ err: error }, 'request failed');
  void reply.status(problem.status).headers(headersOf(error)).type('application/problem+json').send(problem);
}
