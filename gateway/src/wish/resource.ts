import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { IceServer, Right } from '../config.ts';
import type { HttpContext } from '../http/context.ts';
import { isPreflight } from '../http/cors.ts';
import { HttpError, NotFoundError } from '../http/errors.ts';
import { mediaType, readSdp } from '../http/routes.ts';
import { SessionParams } from '../http/schemas.ts';
import type { WishSession } from './session.ts';

const SdpType = 'application/sdp';
const FragmentType = 'application/trickle-ice-sdpfrag';

/** What POST to an endpoint led to. */
export interface Created<S extends WishSession> {
  session: S;
  /** The SDP answer or, with status 406, the offer we make instead. */
  sdp: string;
  status?: 201 | 406;
  /** Until when the offer of a 406 can be answered. */
  validUntil?: Date;
}

/** What WHIP and WHEP differ in. */
export interface WishProtocol<S extends WishSession> {
  kind: 'whip' | 'whep';
  right: Right;
  /** Endpoint URLs, and the schema of the parameters in them, `room` among them. */
  paths: readonly { path: string; params: z.ZodType }[];
  query: z.ZodType;
  create(request: FastifyRequest, offer: string): Promise<Created<S>>;
  /** Takes the answer to the offer of a 406. Without it an answer is a wrong media type. */
  answer?(session: S, sdp: string): Promise<void>;
  /** GET and HEAD of an endpoint say that offers are taken, so that players find out (WHEP section 4.2). */
  discoverable?: boolean;
}

/** The HTTP side of WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep), which is the same but for the names. */
export class WishResource<S extends WishSession> {
  readonly #context: HttpContext;
  readonly #protocol: WishProtocol<S>;
  readonly #sessions = new Map<string, S>();
  readonly #links: readonly string[];

  constructor(context: HttpContext, protocol: WishProtocol<S>) {
    this.#context = context;
    this.#protocol = protocol;
    this.#links = context.config.rtc.iceServers.map(linkOf);
    context.countSessions(protocol.kind, () => this.#sessions.size);
    for (const { path, params } of protocol.paths) this.#addEndpoint(path, params);
    this.#addSession(`/api/${protocol.kind}-sessions/:session`);
  }

  /** Keeps a session until it is closed. */
  keep(session: S): void {
    this.#sessions.set(session.secret, session);
    session.onClose(() => this.#sessions.delete(session.secret));
  }

  #addEndpoint(path: string, params: z.ZodType): void {
    const { app, access } = this.#context;
    const { query, right, discoverable } = this.#protocol;
    const authorize = (request: FastifyRequest): void =>
      void access.require(request, right, (request.params as { room: string }).room);

    app.post(path, { schema: { params, querystring: query }, preParsing: async (request) => authorize(request) }, (request, reply) =>
      this.#post(request, reply),
    );
    app.get(path, { schema: { params } }, async (request, reply) => {
      authorize(request);
      return discoverable ? reply.status(200).type(SdpType).send('') : reply.status(204).send();
    });
    app.options(path, { schema: { params } }, async (request, reply) => {
      void reply.header('accept-post', SdpType);
      // Whoever has no token learns no TURN credentials, and neither does a preflight (RFC 9725 section 4.6).
      if (!isPreflight(request)) this.#addLinks(reply, this.#may(request, authorize));
      return reply.status(200).send('');
    });
    this.#refuseOthers(path, ['PUT', 'PATCH', 'DELETE'], 'GET, HEAD, POST, OPTIONS');
  }

  #addSession(path: string): void {
    const { app } = this.#context;
    const schema = { params: SessionParams };
    app.patch(path, { schema }, (request, reply) => this.#patch(request, reply));
    app.delete(path, { schema }, async (request, reply) => {
      this.#find(request).close();
      return reply.status(200).send('');
    });
    app.get(path, { schema }, async (request, reply) => {
      this.#find(request);
      return reply.status(204).send();
    });
    app.options(path, { schema }, async (_request, reply) => {
      const types = this.#protocol.answer ? `${FragmentType}, ${SdpType}` : FragmentType;
      return reply.status(200).headers({ 'accept-post': SdpType, 'accept-patch': types }).send('');
    });
    this.#refuseOthers(path, ['POST', 'PUT'], 'GET, HEAD, PATCH, DELETE, OPTIONS');
  }

  async #post(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { session, sdp, status = 201, validUntil } = await this.#protocol.create(request, readSdp(request));
    this.#addLinks(reply, true);
    const until = validUntil ? `; valid-until="${validUntil.toUTCString()}"` : '';
    return reply
      .status(status)
      .headers({ location: `/api/${this.#protocol.kind}-sessions/${session.secret}`, etag: session.etag })
      .header('content-type', `${SdpType}${until}`)
      .send(sdp);
  }

  async #patch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const session = this.#find(request);
    const type = mediaType(request);
    if (type === SdpType && this.#protocol.answer) {
      await this.#protocol.answer(session, String(request.body));
      return reply.status(204).send();
    }
    if (type !== FragmentType || typeof request.body !== 'string') throw new HttpError(415, `the body must be ${FragmentType}`);
    const { fragment } = await session.patch(request.headers['if-match'], request.body);
    if (fragment === undefined) return reply.status(204).send();
    return reply.status(200).header('etag', session.etag).type(FragmentType).send(fragment);
  }

  #find(request: FastifyRequest): S {
    const { access } = this.#context;
    access.identify(request);
    const session = this.#sessions.get((request.params as { session: string }).session);
    if (!session || session.closed) throw new NotFoundError('no such session');
    access.require(request, this.#protocol.right, session.room);
    return session;
  }

  #addLinks(reply: FastifyReply, allowed: boolean): void {
    if (allowed && this.#links.length > 0) void reply.header('link', [...this.#links]);
  }

  #may(request: FastifyRequest, authorize: (request: FastifyRequest) => void): boolean {
    try {
      authorize(request);
      return true;
    } catch {
      // Asking for options needs no token; only what else would be said does.
      return false;
    }
  }

  #refuseOthers(path: string, method: string[], allow: string): void {
    this.#context.app.route({
      method,
      url: path,
      preParsing: async (request) => {
        throw new HttpError(405, `${request.method} is not for this resource`, { allow });
      },
      handler: async () => undefined,
    });
  }
}

/** RFC 9725 section 4.6. */
function linkOf({ url, username, credential }: IceServer): string {
  const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;
  const account =
    username === undefined || credential === undefined
      ? ''
      : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
  return `<${url}>; rel="ice-server"${account}`;
}
