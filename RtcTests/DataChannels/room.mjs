// A router of a real worker, and peers that are connected to it with SDP written by hand.
import * as mediasoup from 'mediasoup';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LinkEmulator } from '../Browser/link-emulator.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const workerBin = process.env.MEDIASOUP_WORKER_BIN ?? join(root, 'dist', 'mediasoup-worker');
export const maxMessageBytes = 256 * 1024;

// Above those that mediasoup gives to the streams of data consumers.
const firstProducerStream = 500;

/** A peer of the room: what drives it, its transport, and the link between them. */
class Member {
  #nextStream = firstProducerStream;

  constructor(peer, transport, link) {
    this.call = peer.call;
    this.transport = transport;
    this.link = link;
  }

  takeStream() {
    return this.#nextStream++;
  }
}

/** One way from a peer to another: a data channel, a data producer, a data consumer, a data channel. */
class Link {
  constructor(from, to, producer, consumer, options) {
    this.from = from;
    this.to = to;
    this.producer = producer;
    this.consumer = consumer;
    this.options = options;
    this.fromId = producer.sctpStreamParameters.streamId;
    this.toId = consumer.sctpStreamParameters.streamId;
  }

  send = (lengths, options) => this.from.call('send', this.fromId, lengths, options);

  take = (lengths, count) => this.to.call('take', this.toId, lengths, count);

  /** The sending peer closes its channel, and the application its ends, as mediasoup-client's users do. */
  async close() {
    const isClosed = this.from.call('close', this.fromId);
    const isClosedThere = this.to.call('closed', this.toId);
    this.producer.close();
    await Promise.all([isClosed, isClosedThere]);
  }
}

export class Room {
  #links = [];

  static async open() {
    if (!existsSync(workerBin)) throw new Error(`no worker at ${workerBin}`);
    const room = new Room();
    room.worker = await mediasoup.createWorker({ workerBin, logLevel: 'error' });
    room.router = await room.worker.createRouter({ mediaCodecs: [] });
    return room;
  }

  close() {
    for (const link of this.#links) link.close();
    this.worker.close();
  }

  /** Connects a new peer of a stack, over an emulated link if it gets a seed for one. */
  async join(stack, { linkSeed } = {}) {
    const transport = await this.router.createWebRtcTransport({
      listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
      enableSctp: true,
      maxSendMessageSize: maxMessageBytes,
      maxReceiveMessageSize: maxMessageBytes,
      sctpSendBufferSize: 32_000_000,
      sctpPerStreamSendQueueLimit: 32_000_000,
    });
    const { port: workerPort } = transport.iceCandidates[0];
    let link;
    if (linkSeed !== undefined) {
      link = new LinkEmulator(workerPort, linkSeed);
      this.#links.push(link);
    }
    const port = (await link?.open()) ?? workerPort;
    const peer = await stack.createPeer();
    const offer = await peer.call('offer');
    const [, algorithm, value] = /a=fingerprint:(\S+) (\S+)/.exec(offer);
    await peer.call('answer', describe(transport, offer, port));
    await transport.connect({ dtlsParameters: { role: 'client', fingerprints: [{ algorithm, value }] } });
    return new Member(peer, transport, link);
  }

  /** Lets messages of one peer reach another. `options` are those of a data channel. */
  async link(from, to, options = {}) {
    const sctpStreamParameters = { streamId: from.takeStream(), ...options };
    return this.relink(from, to, sctpStreamParameters, options);
  }

  /** As `link`, on a stream that was used before. */
  async relink(from, to, sctpStreamParameters, options) {
    const producer = await from.transport.produceData({ sctpStreamParameters });
    const consumer = await to.transport.consumeData({ dataProducerId: producer.id });
    const link = new Link(from, to, producer, consumer, options);
    await to.call('open', link.toId, options);
    await to.call('opened', link.toId);
    await from.call('open', link.fromId, options);
    await from.call('opened', link.fromId);
    return link;
  }

  /** Two ways between peers, the second of which carries back what comes on the first. */
  async echo(from, to, options = {}) {
    const there = await this.link(from, to, options);
    const back = await this.link(to, from, options);
    await to.call('echo', there.toId, back.fromId);
    return { send: there.send, take: back.take, there, back };
  }
}

function describe({ iceParameters, iceCandidates, dtlsParameters }, offer, port) {
  const [mid] = /a=mid:(\S+)/.exec(offer).slice(1);
  const { foundation, priority } = iceCandidates[0];
  const { algorithm, value } = dtlsParameters.fingerprints.find((print) => print.algorithm === 'sha-256');
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${mid}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 127.0.0.1',
    `a=mid:${mid}`,
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    `a=candidate:${foundation} 1 udp ${priority} 127.0.0.1 ${port} typ host`,
    'a=end-of-candidates',
    `a=fingerprint:${algorithm} ${value}`,
    'a=setup:passive',
    'a=sctp-port:5000',
    `a=max-message-size:${maxMessageBytes}`,
    '',
  ].join('\r\n');
}
