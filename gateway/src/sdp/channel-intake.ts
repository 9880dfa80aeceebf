import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { DcepPpid, parseOpen, writeAck, type ChannelParameters } from './dcep.ts';
import { SerialQueue } from './queue.ts';

/** A data channel that others can be given. */
export interface ChannelSource extends ChannelParameters {
  dataProducer: types.DataProducer;
}

/** A data channel that a peer publishes. */
export interface PublishedChannel extends ChannelSource {
  /** RTCDataChannel.id at the publisher: its SCTP stream. */
  channelId: number;
}

/** A channel that both sides know beforehand: `negotiated: true` and this `id` in the peer's createDataChannel(). */
export interface NegotiatedChannel extends Partial<ChannelParameters> {
  id: number;
}

/** Which data channels of a publisher are taken. */
export interface DataChannelOptions {
  /** Channels agreed outside SDP. */
  negotiated?: readonly NegotiatedChannel[];
  /** Most channels the peer can open by itself (RFC 8832) on one connection. Default 16; 0 for none. */
  maxOpened?: number;
}

const DefaultMaxOpened = 16;
/** Openings that are listened to in the life of a connection, so that no peer keeps a room busy with them. */
const MaxOpenings = 1_000;

/** Whether any channel could ever be taken. */
export function takesChannels({ maxOpened = DefaultMaxOpened, negotiated = [] }: DataChannelOptions = {}): boolean {
  return maxOpened > 0 || negotiated.length > 0;
}

/**
 * The data channels of a sending connection. mediasoup forwards messages of SCTP streams and knows nothing of channels,
 * so that a DirectTransport listens on the streams the peer can open channels on (docs/decisions/0006). Emits `open`
 * and `close`.
 */
export class ChannelIntake extends EventEmitter<{ open: [PublishedChannel]; close: [PublishedChannel] }> {
  readonly #router: types.Router;
  readonly #transport: types.WebRtcTransport;
  readonly #options: DataChannelOptions;
  readonly #appData: Record<string, unknown>;
  readonly #channels = new Map<number, PublishedChannel>();
  readonly #producers: types.DataProducer[] = [];
  readonly #replies = new Map<number, types.DataConsumer>();
  readonly #queue = new SerialQueue();
  #direct: types.DirectTransport | undefined;
  #silent: types.DataProducer | undefined;
  #openings = 0;
  #started = false;

  constructor(
    router: types.Router,
    transport: types.WebRtcTransport,
    options: DataChannelOptions,
    appData: Record<string, unknown>,
  ) {
    super();
    this.#router = router;
    this.#transport = transport;
    this.#options = options;
    this.#appData = appData;
  }

  get channels(): PublishedChannel[] {
    return [...this.#channels.values()].filter(({ dataProducer }) => !dataProducer.closed);
  }

  /** Starts to take channels; does nothing the second time. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const { negotiated = [], maxOpened = DefaultMaxOpened } = this.#options;
    const known = new Set(negotiated.map(({ id }) => id));
    // A DTLS client opens channels on even streams, a server on odd ones (RFC 8832 section 6); werift goes by the ICE
    // role instead. So both are listened to.
    const ids = Array.from({ length: 2 * maxOpened }, (_, id) => id).filter((id) => !known.has(id));
    try {
      await Promise.all(negotiated.map((channel) => this.#produceNegotiated(channel)));
      if (ids.length === 0) return;
      this.#direct = await this.#router.createDirectTransport();
      this.#silent = await this.#direct.produceData();
      await Promise.all(ids.map((id) => this.#listen(id)));
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Closes all channels and stops to listen. */
  stop(): void {
    if (!this.#started) return;
    this.#started = false;
    const gone = [...this.#channels.values()];
    for (const reply of this.#replies.values()) reply.close();
    for (const producer of this.#producers) producer.close();
    this.#direct?.close();
    this.#channels.clear();
    this.#replies.clear();
    this.#producers.length = 0;
    for (const channel of gone) this.emit('close', channel);
  }

  async #produceNegotiated(channel: NegotiatedChannel): Promise<void> {
    const { id, label = '', protocol = '', maxPacketLifeTime, maxRetransmits } = channel;
    const limits = {
      ...(maxPacketLifeTime !== undefined && { maxPacketLifeTime }),
      ...(maxRetransmits !== undefined && { maxRetransmits }),
    };
    const limited = maxPacketLifeTime !== undefined || maxRetransmits !== undefined;
    const ordered = channel.ordered ?? true;
    // mediasoup knows no channel that is ordered and limited.
    const sctpStreamParameters = { streamId: id, ordered: ordered && !limited, ...limits };
    const appData = { ...this.#appData };
    const dataProducer = await this.#transport.produceData({ sctpStreamParameters, label, protocol, appData });
    this.#producers.push(dataProducer);
    this.#add({ channelId: id, dataProducer, label, protocol, ordered, ...limits });
  }

  async #listen(id: number): Promise<void> {
    const dataProducer = await this.#transport.produceData({
      sctpStreamParameters: { streamId: id, ordered: true },
      appData: { ...this.#appData },
    });
    this.#producers.push(dataProducer);
    const ear = await this.#direct!.consumeData({ dataProducerId: dataProducer.id });
    ear.on('message', (message, ppid) => {
      if (ppid === DcepPpid) this.#receive(id, dataProducer, message);
    });
  }

  #receive(id: number, dataProducer: types.DataProducer, message: Buffer): void {
    const parameters = parseOpen(message);
    const known = this.#channels.get(id);
    const { maxOpened = DefaultMaxOpened } = this.#options;
    if (!parameters || !this.#started || ++this.#openings > MaxOpenings) return;
    if (!known && this.#channels.size >= maxOpened + (this.#options.negotiated?.length ?? 0)) return;
    void this.#queue.run(() => this.#acknowledge(id));
    if (known) {
      // The stream of a channel that was closed, which mediasoup does not tell, is used again.
      if (sameParameters(known, parameters)) return;
      this.#channels.delete(id);
      this.emit('close', known);
    }
    this.#add({ channelId: id, dataProducer, ...parameters });
  }

  #add(channel: PublishedChannel): void {
    this.#channels.set(channel.channelId, channel);
    this.emit('open', channel);
  }

  /** mediasoup gives streams to DataConsumers in order, from 0 on: there is one for each up to the one that is meant. */
  async #acknowledge(id: number): Promise<void> {
    try {
      for (let last = -1; !this.#replies.has(id) && last < id; ) {
        const reply = await this.#transport.consumeData({ dataProducerId: this.#silent!.id, ordered: true });
        last = reply.sctpStreamParameters!.streamId;
        this.#replies.set(last, reply);
      }
      await this.#replies.get(id)?.send(writeAck(), DcepPpid);
    } catch {
      // The connection closed meanwhile; or the peer closed an earlier channel on this stream, with which the worker's
      // DataConsumer went, and the next channel there gets no acknowledgement.
    }
  }
}

function sameParameters(a: ChannelParameters, b: ChannelParameters): boolean {
  return (['label', 'protocol', 'ordered', 'maxPacketLifeTime', 'maxRetransmits'] as const).every(
    (key) => a[key] === b[key],
  );
}
