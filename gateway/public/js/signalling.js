/** An error the service reported: a problem document (RFC 9457). */
export class ProblemError extends Error {
  constructor(problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

/**
 * One user's WebSocket to a room. Emits every message of the service as an event of its type (`joined`, `offer`, …)
 * with the message as `detail`, and `disconnected` when the socket is gone.
 */
export class Signalling extends EventTarget {
  #socket;
  #nextId = 1;
  #waiting = new Map();

  /** @param {{room: string, name: string, transport: string, token?: string}} options */
  constructor({ room, name, transport, token }) {
    super();
    const url = new URL(`api/rooms/${encodeURIComponent(room)}/socket`, document.baseURI);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('transport', transport);
    if (token) url.searchParams.set('access_token', token);
    if (name) url.searchParams.set('name', name);
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(data)));
    this.#socket.addEventListener('close', ({ code, reason }) => this.#end(code, reason));
  }

  /** Sends a request; resolves with the service's reply, rejects with a ProblemError. */
  request(message) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new Error('not connected to the service'));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...message, id }));
    });
  }

  close() {
    this.#socket.close();
  }

  #receive(message) {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) {
      this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
      return;
    }
    this.#waiting.delete(message.id);
    if (message.type === 'error') waiting.reject(new ProblemError(message.problem));
    else waiting.resolve(message);
  }

  #end(code, reason) {
    for (const { reject } of this.#waiting.values()) reject(new Error('the connection to the service closed'));
    this.#waiting.clear();
    this.dispatchEvent(new CustomEvent('disconnected', { detail: { code, reason } }));
  }
}
