// What a peer does, whatever runs it: a page of Chromium imports this text, and so does Node with the RTCPeerConnection
// of another stack. All that goes in and out is plain data, so that it crosses into a page.

/** The bytes of message `number`: the same wherever they are made. The first four tell the number, as far as they fit. */
export function messageBytes(number, length) {
  const bytes = new Uint8Array(Math.max(4, length));
  let state = (Math.imul(number + 1, 2654435761) ^ length) >>> 0 || 1;
  for (let i = 4; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  new DataView(bytes.buffer).setUint32(0, number, true);
  return bytes.subarray(0, length);
}

const isSame = (left, right) => left.length === right.length && left.every((byte, i) => byte === right[i]);

/** A connection with a worker and its data channels, by stream id. Both ends agree on the ids beforehand. */
export class Peer {
  #connection;
  #channels = new Map();

  constructor(connection) {
    this.#connection = connection;
  }

  async offer() {
    // An offer has a section for data only when there is a channel.
    this.#connection.createDataChannel('first', { negotiated: true, id: 1023 });
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return this.#connection.localDescription.sdp;
  }

  async answer(sdp) {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Opens the channel of a stream; `options` are those of createDataChannel. Messages are kept until they are taken. */
  open(id, options = {}) {
    const channel = this.#connection.createDataChannel(`stream ${id}`, { ...options, negotiated: true, id });
    channel.binaryType = 'arraybuffer';
    const entry = { channel, messages: [], bytes: 0, isCounting: false };
    channel.addEventListener('message', ({ data }) => {
      entry.bytes += data.byteLength ?? data.length;
      if (!entry.isCounting) entry.messages.push(data);
    });
    this.#channels.set(id, entry);
  }

  async opened(id) {
    await this.#until(() => this.#channels.get(id).channel.readyState === 'open', `stream ${id} to open`);
  }

  /** Closes a channel and waits until both directions of its stream are reset. */
  async close(id) {
    this.#channels.get(id).channel.close();
    await this.closed(id);
  }

  /** Waits until a channel is closed, from whatever side. */
  async closed(id) {
    await this.#until(() => this.#channels.get(id).channel.readyState === 'closed', `stream ${id} to close`);
    this.#channels.delete(id);
  }

  /** Sends back on one stream what comes on another. */
  echo(fromId, toId) {
    const { channel } = this.#channels.get(fromId);
    channel.addEventListener('message', ({ data }) => this.#channels.get(toId).channel.send(data));
  }

  /** Sends messages 0, 1, … of the given lengths; waits where too much is buffered, and between them if told. */
  async send(id, lengths, { pauseMs = 0 } = {}) {
    const { channel } = this.#channels.get(id);
    for (const [number, length] of lengths.entries()) {
      await this.#until(() => channel.bufferedAmount < 4e6, `stream ${id} to drain`);
      channel.send(messageBytes(number, length));
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
    }
  }

  sendText(id, text) {
    this.#channels.get(id).channel.send(text);
  }

  /** Takes what came on a stream once there are so many messages; text comes as text. */
  async takeTexts(id, count) {
    const { messages } = this.#channels.get(id);
    await this.#until(() => messages.length >= count, `${count} messages on stream ${id}`, () => messages.length);
    return messages.splice(0);
  }

  /**
   * Takes what came on a stream, once there are `count` messages or, if there is none, once none came for a second, and
   * compares it with what `send` sent. Returns the numbers of the whole ones, and how many are not what was sent.
   */
  async take(id, lengths, count) {
    const { messages } = this.#channels.get(id);
    if (count === undefined) await this.#silence(() => messages.length);
    else await this.#until(() => messages.length >= count, `${count} messages on stream ${id}`, () => messages.length);
    const numbers = [];
    let wrong = 0;
    for (const [index, data] of messages.splice(0).entries()) {
      const bytes = new Uint8Array(data);
      const number = bytes.length >= 4 ? new DataView(data).getUint32(0, true) : index;
      if (number < lengths.length && isSame(bytes, messageBytes(number, lengths[number]))) numbers.push(number);
      else wrong++;
    }
    return { numbers, wrong };
  }

  /** From now on messages of a stream are only counted. */
  count(id) {
    this.#channels.get(id).isCounting = true;
  }

  /** Sends messages of a length for a time, as fast as they go. Returns how many were given to the channel. */
  async flood(id, length, milliseconds) {
    const { channel } = this.#channels.get(id);
    const message = messageBytes(0, length);
    const end = performance.now() + milliseconds;
    let sent = 0;
    while (performance.now() < end) {
      while (channel.bufferedAmount < 4e6) {
        channel.send(message);
        sent++;
      }
      await new Promise((done) => setTimeout(done, 1));
    }
    return sent;
  }

  receivedBytes(id) {
    return this.#channels.get(id).bytes;
  }

  end() {
    this.#connection.close();
  }

  async #until(condition, what, progress = () => '') {
    const end = performance.now() + 30_000;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`waited in vain for ${what} ${progress()}`);
      await new Promise((done) => setTimeout(done, 5));
    }
  }

  async #silence(read) {
    let last = read();
    let since = performance.now();
    while (performance.now() < since + 1_500) {
      await new Promise((done) => setTimeout(done, 50));
      if (read() !== last) [last, since] = [read(), performance.now()];
    }
  }
}
