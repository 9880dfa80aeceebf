// The wire between Node and a worker, seen from both ends: every message that the worker writes, in the order in which
// it writes, and requests of our own that the npm package would refuse to send.
import childProcess from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const require = createRequire(join(root, 'package.json'));
const library = join(root, 'node_modules', process.env.MEDIASOUP_PACKAGE ?? 'mediasoup', 'node', 'lib');
const flatbuffers = require('flatbuffers');
const { Body: MessageBody, Message, MessageT } = require(join(library, 'fbs', 'message.js'));
const { Body, Method, Request, RequestT } = require(join(library, 'fbs', 'request.js'));
const { Response } = require(join(library, 'fbs', 'response.js'));
const { Event, Notification, NotificationT, Body: NotificationBody } = require(join(library, 'fbs', 'notification.js'));
const utils = require(join(library, 'utils.js'));

export const mediasoup = require(join(library, 'index.js'));
export { Body, Event, Method };

const ownIds = 0x80000000;

/**
 * Makes the ids and SSRCs that the npm package invents the same in every run: id1, id2 … and from 900000001 on. Returns
 * a function that starts again.
 */
export function inventInOrder() {
  let ids = 0;
  let numbers = 0;
  utils.generateUUIDv4 = () => `id${++ids}`;
  // Streams of a simulcast take numbers one after another, so there is room between two of ours.
  utils.generateRandomNumber = () => 900_000_001 + 10 * numbers++;
  return () => {
    ids = numbers = 0;
  };
}

/** The class of a body, such as Transport_ConsumeRequest, with fields set; nested tables are taken from a real request. */
function bodyOf(name, fields) {
  const [namespace, table] = name.split('_');
  const file = namespace.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => '-' + letter).toLowerCase();
  const body = new (require(join(library, 'fbs', `${file}.js`))[`${table}T`])();
  for (const [key, value] of Object.entries(fields)) {
    if (!(key in body)) throw new Error(`${name} has no ${key}`);
    body[key] = value;
  }
  return body;
}

/** Calls back with each size-prefixed message that comes in any cutting. */
function assembler(onMessage) {
  let waiting = Buffer.alloc(0);
  return (data) => {
    waiting = waiting.length === 0 ? Buffer.from(data) : Buffer.concat([waiting, data]);
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32LE(0)) {
      const end = 4 + waiting.readUInt32LE(0);
      const payload = new Uint8Array(waiting.subarray(4, end));
      waiting = waiting.subarray(end);
      onMessage(Message.getRootAsMessage(new flatbuffers.ByteBuffer(payload)));
    }
  };
}

export class Tap {
  /** Requests without an answer yet, by id. */
  #asked = new Map();
  #nextId = ownIds;
  #child;
  #listener;

  /** Requests as Node sent them last, by method: { handlerId, bodyType, body } to change and send again. */
  lastRequests = new Map();

  /**
   * Starts a worker and listens. The listener has onResponse({ method, handlerId, accepted, error, reason, body }) and
   * onNotification({ event, handlerId, body }).
   */
  static async start(settings, listener) {
    const tap = new Tap();
    tap.#listener = listener;
    const { spawn } = childProcess;
    const builtin = require('node:child_process');
    builtin.spawn = (...spawnArguments) => {
      tap.#child = spawn(...spawnArguments);
      tap.#listen(tap.#child.stdio[3], tap.#child.stdio[4]);
      return tap.#child;
    };
    try {
      tap.worker = await mediasoup.createWorker(settings);
    } finally {
      builtin.spawn = spawn;
    }
    tap.exited.then(() => tap.#giveUp());
    return tap;
  }

  get exited() {
    return new Promise((resolve) => {
      const { exitCode, signalCode } = this.#child;
      if (exitCode !== null || signalCode !== null) resolve(exitCode ?? signalCode);
      else this.#child.once('exit', (code, signal) => resolve(code ?? signal));
    });
  }

  /** Waits for the end of the worker, and ends it when it does not end by itself. */
  exitedWithin(timeoutMs) {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    return this.exited.finally(() => clearTimeout(timer));
  }

  /** Sends a request of our own; resolves with the response, whether it was accepted or not. */
  request(method, handlerId, bodyName = 'NONE', fields = {}) {
    const body = bodyName === 'NONE' ? null : bodyOf(bodyName, fields);
    return this.send({ method: Method[method], handlerId, bodyType: Body[bodyName], body });
  }

  /** Sends a request in the shape of RequestT; its id is ours. A quiet one is not told to the listener. */
  send({ method, handlerId, bodyType, body, quiet = false }) {
    const request = new RequestT(this.#nextId++, method, handlerId, bodyType, body);
    return new Promise((onAnswer) => {
      this.#asked.set(request.id, { method, handlerId, onAnswer, quiet });
      this.#write(new MessageT(MessageBody.Request, request));
    });
  }

  /** Sends a notification of our own: the event's name, whom it is for, the name of its body and the fields of that. */
  notify(event, handlerId, bodyName = 'NONE', fields = {}) {
    const body = bodyName === 'NONE' ? null : bodyOf(bodyName, fields);
    const notification = new NotificationT(handlerId, Event[event], NotificationBody[bodyName], body);
    this.#write(new MessageT(MessageBody.Notification, notification));
  }

  /** Nobody answers any more. */
  #giveUp() {
    for (const { onAnswer } of this.#asked.values()) onAnswer?.({ accepted: false, body: null });
  }

  #write(message) {
    const builder = new flatbuffers.Builder(1024);
    builder.finishSizePrefixed(message.pack(builder));
    this.#child.stdio[3].write(Buffer.from(builder.asUint8Array()));
  }

  #listen(toWorker, fromWorker) {
    const onSent = assembler((message) => this.#onSent(message));
    const write = toWorker.write.bind(toWorker);
    toWorker.write = (data, ...rest) => {
      onSent(data);
      return write(data, ...rest);
    };
    fromWorker.on('data', assembler((message) => this.#onReceived(message)));
  }

  #onSent(message) {
    if (message.dataType() !== MessageBody.Request) return;

    const request = message.data(new Request()).unpack();
    if (request.id >= ownIds) return;

    this.#asked.set(request.id, { method: request.method, handlerId: request.handlerId });
    this.lastRequests.set(Method[request.method], request);
  }

  #onReceived(message) {
    if (message.dataType() === MessageBody.Notification) {
      const { event, handlerId, body } = message.data(new Notification()).unpack();
      this.#listener.onNotification({ event: Event[event], handlerId, body });
    } else if (message.dataType() === MessageBody.Response) {
      const { id, accepted, error, reason, body } = message.data(new Response()).unpack();
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      const response = { method: Method[asked.method], handlerId: asked.handlerId, accepted, error, reason, body };
      if (!asked.quiet) this.#listener.onResponse(response);
      asked.onAnswer?.(response);
    }
  }
}
