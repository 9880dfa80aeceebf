import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import type { ServerMessage, UserLink } from '../rooms/messages.ts';
import type { Membership, RoomRegistry } from '../rooms/registry.ts';
import { LimitError } from '../rooms/limits.ts';
import type { JoinOptions } from '../rooms/user.ts';
import { HttpError } from './errors.ts';
import { describeProblem, type Problem } from './problem.ts';
import { ClientMessage } from './schemas.ts';

const PingIntervalMs = 15_000;
/** A client that does not read is cut off rather than buffered for. */
const MaxBufferedBytes = 8_388_608;

/** Close codes of our own (RFC 6455 section 7.4.2). */
const CloseCode = { ended: 4000, refused: 4001, tooSlow: 4002, unavailable: 4003 } as const;

export interface SocketOptions {
  mayPublish: boolean;
  /** 0 for no limit. */
  messagesPerMinute: number;
}

/** One user over one WebSocket: joins on opening and leaves with the socket. */
export class SocketSession implements UserLink {
  readonly #socket: WebSocket;
  readonly #log: FastifyBaseLogger;
  readonly #options: SocketOptions;
  #minute = { startMs: 0, messages: 0 };
  #membership: Membership | undefined;
  #ended = false;

  constructor(socket: WebSocket, log: FastifyBaseLogger, options: SocketOptions) {
    this.#socket = socket;
    this.#log = log;
    this.#options = options;
    let alive = true;
    const timer = setInterval(() => {
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
    }, PingIntervalMs);
    socket.on('pong', () => (alive = true));
    socket.on('error', (error) => log.debug({ err: error }, 'socket error'));
    socket.on('close', () => {
      clearInterval(timer);
      this.#ended = true;
      this.#membership?.leave();
    });
  }

  /** Joins the room and serves the client's messages until either side closes. */
  async run(rooms: RoomRegistry, room: string, options: JoinOptions): Promise<void> {
    const early: string[] = [];
    const collect = (data: unknown): number => early.push(String(data));
    this.#socket.on('message', collect);
    try {
      this.#membership = await rooms.join(room, this, options);
    } catch (error) {
      const problem = this.#describe(error);
      const temporary = problem.status >= 500 && !(error instanceof LimitError);
      this.#write({ type: 'error', problem });
      this.#socket.close(temporary ? CloseCode.unavailable : CloseCode.refused, 'not joined');
      return;
    }
    if (this.#ended) return this.#membership.leave();
    this.#socket.off('message', collect);
    this.#socket.on('message', (data) => void this.#receive(String(data)));
    for (const text of early) void this.#receive(text);
  }

  send(message: ServerMessage): void {
    this.#write(message);
    if (message.type === 'closed') this.#socket.close(CloseCode.ended, message.reason);
  }

  async #receive(text: string): Promise<void> {
    let id: number | undefined;
    try {
      const raw: unknown = parseJson(text);
      id = readId(raw);
      this.#countMessage();
      const message = ClientMessage.parse(raw);
      this.#write({ ...(await this.#act(message)), id });
    } catch (error) {
      this.#write({ type: 'error', id, problem: this.#describe(error) });
    }
  }

  async #act(message: ClientMessage): Promise<Record<string, unknown>> {
    const { user } = this.#membership!;
    switch (message.type) {
      case 'publish': {
        if (!this.#options.mayPublish) throw new HttpError(403, 'the bearer token does not allow to publish');
        const { sdp, scalabilityModes } = message;
        const { answer, rejected } = await user.publish(sdp, scalabilityModes && { scalabilityModes });
        return {
          type: 'published',
          sdp: answer,
          rejected: rejected.map(({ mid, error }) => ({ mid, detail: error.message })),
        };
      }
      case 'unpublish':
        user.unpublish();
        return { type: 'unpublished' };
      case 'answer':
        await user.answer(message.version, message.sdp);
        return { type: 'answered' };
      case 'retry':
        await user.retry(message.version);
        return { type: 'retried' };
      case 'restartIce':
        user.restartIce();
        return { type: 'restarting' };
      case 'layers':
        return { type: 'layersSet', ...(await user.setPreferredLayers(message.mid, message)) };
    }
  }

  #countMessage(): void {
    const { messagesPerMinute } = this.#options;
    const nowMs = performance.now();
    if (nowMs - this.#minute.startMs > 60_000) this.#minute = { startMs: nowMs, messages: 0 };
    this.#minute.messages += 1;
    if (messagesPerMinute > 0 && this.#minute.messages > messagesPerMinute) {
      throw new HttpError(429, `more than ${messagesPerMinute} messages a minute`);
    }
  }

  #describe(error: unknown): Problem {
    const problem = describeProblem(error);
    if (problem.status >= 500) this.#log.error({ err: error }, 'message failed');
    return problem;
  }

  #write(message: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MaxBufferedBytes) {
      this.#socket.close(CloseCode.tooSlow, 'does not read');
      return;
    }
    this.#socket.send(JSON.stringify(message));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'not JSON');
  }
}

function readId(raw: unknown): number | undefined {
  if (typeof raw !== 'object' || raw === null || !('id' in raw)) return undefined;
  return typeof raw.id === 'number' ? raw.id : undefined;
}
