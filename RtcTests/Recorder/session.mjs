// What a scenario works with: a worker, its API, requests that the API would not send, and the record of all that the
// worker said.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { lines } from './format.mjs';
import { Normaliser } from './normalise.mjs';
import { isRemb, isRtcp, isTransportCc } from './rtp.mjs';
import { Body, Method, Tap, inventInOrder } from './tap.mjs';

const patienceMs = 15_000;
const beginAgain = inventInOrder();

/** Waits for a condition that something else brings about. */
async function until(condition, what) {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What a peer waits for apart from the rest; null for what comes by timers and is never waited for. */
function kindOf(packet) {
  if (!isRtcp(packet)) return 'rtp';
  if (isTransportCc(packet)) return null;
  return isRemb(packet) ? 'remb' : 'rtcp';
}

/** A UDP socket of the other side. What it gets is recorded when the scenario asks for it. */
class Peer {
  #session;
  #socket = createSocket('udp4');
  #received = { rtp: [], rtcp: [], remb: [] };

  static async open(session) {
    const peer = new Peer();
    peer.#session = session;
    peer.#socket.bind(0, '127.0.0.1');
    await once(peer.#socket, 'listening');
    peer.#socket.on('message', (packet) => peer.#received[kindOf(packet)]?.push(packet));
    return peer;
  }

  get port() {
    return this.#socket.address().port;
  }

  send(packet, port) {
    return new Promise((resolve) => this.#socket.send(packet, port, '127.0.0.1', resolve));
  }

  /** Hears every datagram, without recording it. */
  onPacket(listener) {
    this.#socket.on('message', listener);
  }

  /** Waits until that many packets of a kind are there and records them. */
  async receive(count, kind = 'rtp') {
    const queue = this.#received[kind];
    await until(() => queue.length >= count, `${count} packets of ${kind}`);
    for (const packet of queue.splice(0, count)) this.#session.recordPacket(packet);
  }

  close() {
    this.#socket.close();
  }
}

/** A TCP connection of the other side, with frames of RFC 4571. */
class Connection {
  #session;
  #socket;
  #received = Buffer.alloc(0);

  static async open(session, port) {
    const connection = new Connection();
    connection.#session = session;
    connection.#socket = connect(port, '127.0.0.1');
    await once(connection.#socket, 'connect');
    session.name('port', connection.#socket.localPort);
    connection.#socket.on('error', () => {});
    connection.#socket.on('data', (data) => {
      connection.#received = Buffer.concat([connection.#received, data]);
    });
    connection.closed = new Promise((resolve) => connection.#socket.once('close', resolve));
    return connection;
  }

  send(packet) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length);
    this.#socket.write(Buffer.concat([length, packet]));
  }

  /** Waits for one frame and records its length. */
  async receive() {
    const isThere = () => this.#received.length >= 2 && this.#received.length >= 2 + this.#received.readUInt16BE();
    await until(isThere, 'a frame');
    const length = this.#received.readUInt16BE();
    this.#session.note('~ frame of', length);
    this.#received = this.#received.subarray(2 + length);
  }

  end() {
    this.#socket.end();
  }

  close() {
    this.#socket.destroy();
  }
}

export class Session {
  #tap;
  #record = [];
  #lanes = null;
  #normaliser = new Normaliser();
  #unheard = new Map();
  #heard = [];
  #listeners = [];
  #ignored = new Set();
  #peers = [];
  #withReasons;

  static async open(workerBin, { withReasons = false, settings = {} } = {}) {
    beginAgain();
    const session = new Session();
    session.#withReasons = withReasons;
    session.#tap = await Tap.start({ workerBin, logLevel: 'none', ...settings }, session);
    return session;
  }

  get worker() {
    return this.#tap.worker;
  }

  /** How the worker's process ended: its exit code, or the signal. */
  get exited() {
    return this.#tap.exited;
  }

  get text() {
    return this.#record.join('\n') + '\n';
  }

  // ---- What is recorded ------------------------------------------------------------------------------------------

  /** A heading in the record. */
  step(title) {
    this.#record.push('', `# ${title}`);
  }

  /** Leaves a kind of notification out of the record from now on: it comes when a machine is slow. */
  ignore(event) {
    this.#ignored.add(event);
  }

  /** A line of the scenario's own in the record. */
  line(text) {
    this.#record.push(text);
  }

  /** Hears every notification from now on: { event, handlerId, body }. */
  hear(listener) {
    this.#listeners.push(listener);
  }

  /** A value of the scenario's own in the record. */
  note(heading, value) {
    this.#record.push(...lines(heading, this.#normaliser.value(value)));
  }

  recordPacket(packet) {
    this.#tell('~', lines('~', this.#normaliser.packet(packet)));
  }

  onResponse({ method, handlerId, accepted, error, reason, body }) {
    const outcome = accepted ? 'accepted' : this.#withReasons ? `${error}: ${reason}` : error;
    const told = [`= ${method} ${handlerId ?? ''}: ${outcome}`.replace(' :', ':')];
    if (body !== null) told.push(...this.#body(body));
    this.#tell(`${handlerId} =`, told);
  }

  onNotification({ event, handlerId, body }) {
    if (event === 'WORKER_RUNNING') return;
    if (event === 'DIRECTTRANSPORT_RTCP' && isTransportCc(Buffer.from(body.data))) return;

    this.#unheard.set(event, (this.#unheard.get(event) ?? 0) + 1);
    this.#heard.push({ event, handlerId, body });
    for (const listener of this.#listeners) listener({ event, handlerId, body });
    if (this.#ignored.has(event)) return;

    this.#tell(`${handlerId} !`, [`! ${event} ${handlerId}`, ...(body === null ? [] : this.#body(body))]);
  }

  #body(body) {
    return Object.entries(this.#normaliser.value(body)).flatMap(([key, field]) => lines(`${key}:`, field, '    '));
  }

  #tell(lane, told) {
    if (this.#lanes === null) this.#record.push(...told);
    else this.#lanes.set(lane, [...(this.#lanes.get(lane) ?? []), told.join('\n')]);
  }

  /**
   * What happens inside is recorded by object, and answers apart from what is told, because the order hangs on timers
   * and the network. So does how often the same is told twice in a row: once is recorded.
   */
  async apart(action) {
    this.#lanes = new Map();
    try {
      const result = await action();
      await this.barrier();
      return result;
    } finally {
      const lanes = [...this.#lanes].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
      this.#lanes = null;
      for (const [, told] of lanes) this.#record.push(...told.filter((text, index) => text !== told[index - 1]));
    }
  }

  // ---- What is asked ---------------------------------------------------------------------------------------------

  /** A request of our own: its method by name, whom it is for, the name of its body and the fields of that. */
  request(method, handlerId, bodyName, fields) {
    return this.#tap.request(method, handlerId, bodyName, fields);
  }

  /** A notification of our own. */
  notify(event, handlerId, bodyName, fields) {
    this.#tap.notify(event, handlerId, bodyName, fields);
  }

  /** The last request of this method once more, after a change that the API would not make. */
  again(method, change = () => {}) {
    const { handlerId, bodyType, body } = structuredCopy(this.#tap.lastRequests.get(method));
    const request = { method: Method[method], handlerId, bodyType, body };
    change(request);
    return this.#tap.send(request);
  }

  /** A call of the API that may be refused; the record says whether it was. */
  async may(call) {
    try {
      return await call;
    } catch {
      return null;
    }
  }

  /** Waits until everything asked before is answered and told. */
  barrier() {
    return this.#quietly('WORKER_DUMP', '');
  }

  /**
   * Waits for calls that were made one right after another, and for all that they set off. Nothing else happens between
   * them however slow the machine is, because the worker reads them in one go.
   */
  async settled(...calls) {
    await Promise.all(calls);
    await this.barrier();
  }

  /** Waits for a notification of this kind that was not waited for before. */
  async event(name, count = 1) {
    await until(() => (this.#unheard.get(name) ?? 0) >= count, `${count} ${name}`);
    this.#unheard.set(name, this.#unheard.get(name) - count);
  }

  /** Waits until every object of the ids was told this, however often. */
  told(name, fields, handlerIds) {
    const says = (told) => Object.entries(fields).every(([key, value]) => told.body[key] === value);
    const isTold = (id) => this.#heard.some((told) => told.event === name && told.handlerId === id && says(told));
    return until(() => handlerIds.every(isTold), `${name} of ${handlerIds}`);
  }

  /** Waits for a notification that is such a one, now or before, and returns its body. */
  async heard(name, isSuch) {
    const find = () => this.#heard.find(({ event, body }) => event === name && isSuch(body));
    await until(find, `such a ${name}`);
    return find().body;
  }

  /** Waits until a transport has received this many bytes of RTP, or of anything. */
  arrived(transport, bytes, counter = 'rtpBytesReceived') {
    return until(async () => {
      const { body } = await this.#quietly('TRANSPORT_GET_STATS', transport.id);
      return Number((body.base ?? body)[counter]) >= bytes;
    }, `${bytes} ${counter}`);
  }

  /** The sequence number that the worker gave to the first packet of a stream. */
  firstSequence(ssrc) {
    return this.#normaliser.firstSequence(ssrc);
  }

  #quietly(method, handlerId) {
    return this.#tap.send({ method: Method[method], handlerId, bodyType: Body.NONE, body: null, quiet: true });
  }

  // ---- The other side --------------------------------------------------------------------------------------------

  async peer() {
    const peer = await Peer.open(this);
    this.#peers.push(peer);
    return peer;
  }

  async connect(port) {
    const connection = await Connection.open(this, port);
    this.#peers.push(connection);
    return connection;
  }

  /** Gives a value its name in the record before the worker mentions it. */
  name(kind, value) {
    this.#normaliser.name(kind, value);
  }

  async close() {
    for (const peer of this.#peers) peer.close();
    this.worker.close();
    return this.#tap.exitedWithin(patienceMs / 3);
  }
}

/** A copy of the objects that pack() is called on: their classes stay. */
function structuredCopy(value) {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.create(Object.getPrototypeOf(value));
  for (const [key, field] of Object.entries(value)) copy[key] = structuredCopy(field);
  return copy;
}
