import { once } from 'node:events';
import WebSocket from 'ws';

type Message = Record<string, unknown> & { type: string };

/** A client of the service's WebSocket that keeps what it is told, in order. */
export class SocketClient {
  readonly #socket: WebSocket;
  readonly #inbox: Message[] = [];
  readonly #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.#inbox.push(JSON.parse(String(data)) as Message);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async open(url: string, path: string, headers: Record<string, string> = {}): Promise<SocketClient> {
    const client = new SocketClient(new WebSocket(new URL(path, url.replace('http', 'ws')), { headers }));
    await once(client.#socket, 'open');
    return client;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message of this type, now or when it comes. Others of other types stay. */
  async next(type: string): Promise<Message> {
    for (;;) {
      const index = this.#inbox.findIndex((message) => message.type === type);
      if (index >= 0) return this.#inbox.splice(index, 1)[0]!;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async closed(): Promise<number> {
    const [code] = (await once(this.#socket, 'close')) as [number];
    return code;
  }

  close(): void {
    this.#socket.close();
  }
}
