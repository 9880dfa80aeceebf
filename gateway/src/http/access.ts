import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { AccessToken, Right } from '../config.ts';
import { HttpError } from './errors.ts';

const Realm = 'Bearer realm="sdp-gateway"';

/** What whoever asked may do. */
export interface Grant {
  /** Without `room`: in any room. */
  may(right: Right, room?: string): boolean;
}

const Everything: Grant = { may: () => true };

/** Bearer tokens (RFC 6750): who may do what. Without any token configured everyone may do everything. */
export class AccessControl {
  readonly #tokens: readonly { digest: Buffer; token: AccessToken }[];

  constructor(tokens: readonly AccessToken[]) {
    this.#tokens = tokens.map((token) => ({ digest: digestOf(token.token), token }));
  }

  /** Whether tokens are asked for at all. */
  get required(): boolean {
    return this.#tokens.length > 0;
  }

  /**
   * Who asks.
   * @throws HttpError 401 with a challenge when a token is missing or not known
   */
  identify(request: FastifyRequest): Grant {
    if (!this.required) return Everything;
    const given = readToken(request);
    if (given === undefined) throw new HttpError(401, 'a bearer token is needed', { 'www-authenticate': Realm });
    const token = this.#find(given);
    if (token) return { may: (right, room) => token.may.includes(right) && coversRoom(token, room) };
    throw new HttpError(401, 'the bearer token is not known', {
      'www-authenticate': `${Realm}, error="invalid_token"`,
    });
  }

  /**
   * Asks for a right.
   * @throws HttpError 401, or 403 when the token does not give the right
   */
  require(request: FastifyRequest, right: Right, room?: string): Grant {
    const grant = this.identify(request);
    if (grant.may(right, room)) return grant;
    throw new HttpError(403, `the bearer token does not allow to ${right}${room === undefined ? '' : ` in room ${room}`}`, {
      'www-authenticate': `${Realm}, error="insufficient_scope", scope="${right}"`,
    });
  }

  /** Compares with every token and whole digests, so that the time taken says nothing about any of them. */
  #find(given: string): AccessToken | undefined {
    const digest = digestOf(given);
    let found: AccessToken | undefined;
    for (const entry of this.#tokens) {
      if (timingSafeEqual(digest, entry.digest)) found = entry.token;
    }
    return found;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function coversRoom(token: AccessToken, room: string | undefined): boolean {
  return room === undefined || token.rooms === undefined || token.rooms.includes(room);
}

/** From the header or, for a WebSocket, to which a browser can give none, from the query (RFC 6750 section 2.3). */
function readToken(request: FastifyRequest): string | undefined {
  const { authorization, upgrade } = request.headers;
  const header = /^Bearer +([^ ]+) *$/i.exec(authorization ?? '')?.[1];
  if (header !== undefined || upgrade === undefined) return header;
  return new URL(request.url, 'http://gateway.invalid').searchParams.get('access_token') ?? undefined;
}
