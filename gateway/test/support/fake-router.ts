import { EventEmitter } from 'node:events';
import * as ortc from 'mediasoup/ortc';
import type { types } from 'mediasoup';
import { routerCodecs } from '../../src/config.ts';

/** A Router without a worker: mediasoup's own parameter matching, and nothing behind it. */
export class FakeRouter {
  readonly rtpCapabilities: types.RtpCapabilities;
  readonly producers = new Map<string, FakeProducer>();
  readonly dataProducers = new Map<string, FakeDataProducer>();
  readonly transports: FakeTransport[] = [];
  readonly directTransports: FakeDirectTransport[] = [];

  constructor(codecs = routerCodecs(['VP8', 'VP9', 'H264', 'AV1'])) {
    this.rtpCapabilities = ortc.generateRouterRtpCapabilities(codecs);
  }

  get asRouter(): types.Router {
    return this as unknown as types.Router;
  }

  async createWebRtcTransport(options: types.WebRtcTransportOptions): Promise<FakeTransport> {
    const transport = new FakeTransport(this, options);
    this.transports.push(transport);
    return transport;
  }

  async createDirectTransport(): Promise<FakeDirectTransport> {
    const transport = new FakeDirectTransport(this);
    this.directTransports.push(transport);
    return transport;
  }

  canConsume({ producerId, rtpCapabilities }: { producerId: string; rtpCapabilities: types.RtpCapabilities }): boolean {
    const producer = this.producers.get(producerId);
    return producer !== undefined && ortc.canConsume(producer.consumable, structuredClone(rtpCapabilities));
  }
}

let nextId = 1;

export class FakeProducer extends EventEmitter {
  readonly id = `producer-${nextId++}`;
  readonly kind: types.MediaKind;
  readonly rtpParameters: types.RtpParameters;
  readonly consumable: types.RtpParameters;
  readonly appData: Record<string, unknown>;
  readonly consumers = new Set<FakeConsumer>();
  closed = false;
  readonly #router: FakeRouter;

  constructor(router: FakeRouter, options: types.ProducerOptions) {
    super();
    this.#router = router;
    this.kind = options.kind;
    this.rtpParameters = structuredClone(options.rtpParameters);
    ortc.validateAndNormalizeRtpParameters(this.rtpParameters);
    const mapping = ortc.getProducerRtpParametersMapping(this.rtpParameters, router.rtpCapabilities);
    this.consumable = ortc.getConsumableRtpParameters(this.kind, this.rtpParameters, router.rtpCapabilities, mapping);
    this.appData = options.appData ?? {};
  }

  get asProducer(): types.Producer {
    return this as unknown as types.Producer;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#router.producers.delete(this.id);
    for (const consumer of this.consumers) consumer.producerClosed();
  }
}

export class FakeConsumer extends EventEmitter {
  readonly kind: types.MediaKind;
  readonly producerId: string;
  readonly rtpParameters: types.RtpParameters;
  paused: boolean;
  closed = false;

  constructor(producer: FakeProducer, options: types.ConsumerOptions) {
    super();
    this.kind = producer.kind;
    this.producerId = producer.id;
    this.paused = options.paused ?? false;
    this.rtpParameters = ortc.getConsumerRtpParameters({
      consumableRtpParameters: producer.consumable,
      remoteRtpCapabilities: structuredClone(options.rtpCapabilities),
      pipe: false,
      enableRtx: producer.kind === 'video',
    });
    if (options.mid !== undefined) this.rtpParameters.mid = options.mid;
  }

  async resume(): Promise<void> {
    this.paused = false;
  }

  close(): void {
    this.closed = true;
  }

  producerClosed(): void {
    if (this.closed) return;
    this.closed = true;
    this.emit('producerclose');
  }
}

export class FakeDataProducer extends EventEmitter {
  readonly id = `data-producer-${nextId++}`;
  readonly label: string;
  readonly sctpStreamParameters: types.SctpStreamParameters | undefined;
  readonly consumers = new Set<FakeDataConsumer>();
  closed = false;

  constructor(options: types.DataProducerOptions) {
    super();
    this.label = options.label ?? '';
    this.sctpStreamParameters = options.sctpStreamParameters;
  }

  /** As if the publisher had sent it. */
  receive(message: Buffer, ppid: number): void {
    for (const consumer of this.consumers) consumer.emit('message', message, ppid);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const consumer of this.consumers) consumer.close();
  }
}

export class FakeDataConsumer extends EventEmitter {
  readonly sctpStreamParameters: types.SctpStreamParameters | undefined;
  readonly sent: { message: Buffer; ppid: number }[] = [];
  subchannels: readonly number[];
  closed = false;

  constructor(options: types.DataConsumerOptions, sctpStreamParameters?: types.SctpStreamParameters) {
    super();
    this.subchannels = options.subchannels ?? [];
    this.sctpStreamParameters = sctpStreamParameters;
  }

  async send(message: Buffer, ppid: number): Promise<number> {
    this.sent.push({ message, ppid });
    return 0;
  }

  async setSubchannels(subchannels: readonly number[]): Promise<void> {
    this.subchannels = subchannels;
  }

  close(): void {
    this.closed = true;
  }
}

/** Data of a transport; the ids of streams are given to DataConsumers in order, as mediasoup does. */
class FakeDataTransport extends EventEmitter {
  readonly dataConsumers: FakeDataConsumer[] = [];
  readonly dataProducers: FakeDataProducer[] = [];
  closed = false;
  protected readonly router: FakeRouter;
  readonly #sctp: boolean;
  #nextStreamId = 0;

  constructor(router: FakeRouter, sctp: boolean) {
    super();
    this.router = router;
    this.#sctp = sctp;
  }

  async produceData(options: types.DataProducerOptions = {}): Promise<FakeDataProducer> {
    const producer = new FakeDataProducer(options);
    this.router.dataProducers.set(producer.id, producer);
    this.dataProducers.push(producer);
    return producer;
  }

  async consumeData(options: types.DataConsumerOptions): Promise<FakeDataConsumer> {
    const producer = this.router.dataProducers.get(options.dataProducerId);
    if (!producer || producer.closed) throw new Error('no such data producer');
    const { ordered, maxRetransmits } = { ...producer.sctpStreamParameters, ...options };
    const stream = { streamId: this.#nextStreamId++, ordered: ordered ?? true, ...(maxRetransmits && { maxRetransmits }) };
    const consumer = new FakeDataConsumer(options, this.#sctp ? stream : undefined);
    producer.consumers.add(consumer);
    this.dataConsumers.push(consumer);
    return consumer;
  }

  close(): void {
    this.closed = true;
    for (const producer of this.dataProducers) producer.close();
    for (const consumer of this.dataConsumers) consumer.close();
  }
}

export class FakeDirectTransport extends FakeDataTransport {
  constructor(router: FakeRouter) {
    super(router, false);
  }
}

export class FakeTransport extends FakeDataTransport {
  readonly id = `transport-${nextId++}`;
  readonly observer = new EventEmitter();
  readonly options: types.WebRtcTransportOptions;
  readonly producers: FakeProducer[] = [];
  readonly consumers: FakeConsumer[] = [];
  readonly connected: types.DtlsParameters[] = [];
  iceParameters: types.IceParameters = { usernameFragment: 'server0ufrag', password: 'p'.repeat(32), iceLite: true };
  readonly dtlsParameters: types.DtlsParameters = {
    role: 'auto',
    fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
  };
  readonly iceCandidates: types.IceCandidate[];
  /** Makes the next calls of produce() fail. */
  failProduce = 0;
  readonly sctpParameters: { maxReceiveMessageSize: number } | undefined;

  constructor(router: FakeRouter, options: types.WebRtcTransportOptions) {
    super(router, true);
    this.options = options;
    const { enableSctp, maxReceiveMessageSize = 262_144 } = options;
    this.sctpParameters = enableSctp ? { maxReceiveMessageSize } : undefined;
    this.iceCandidates = (options.listenInfos ?? []).map((info, index) => ({
      foundation: `${info.protocol}candidate`,
      priority: 1_000_000 - index,
      ip: info.ip,
      address: info.announcedAddress ?? info.ip,
      protocol: info.protocol,
      port: 40_000 + index,
      type: 'host',
      ...(info.protocol === 'tcp' && { tcpType: 'passive' as const }),
    }));
  }

  async connect({ dtlsParameters }: { dtlsParameters: types.DtlsParameters }): Promise<void> {
    if (this.connected.length > 0) throw new Error('connect() already called');
    this.connected.push(dtlsParameters);
  }

  async restartIce(): Promise<types.IceParameters> {
    this.iceParameters = { ...this.iceParameters, usernameFragment: `${this.iceParameters.usernameFragment}r` };
    return this.iceParameters;
  }

  async produce(options: types.ProducerOptions): Promise<FakeProducer> {
    if (this.failProduce > 0 && --this.failProduce === 0) throw new Error('produce() failed');
    const producer = new FakeProducer(this.router, options);
    this.router.producers.set(producer.id, producer);
    this.producers.push(producer);
    return producer;
  }

  async consume(options: types.ConsumerOptions): Promise<FakeConsumer> {
    const producer = this.router.producers.get(options.producerId);
    if (!producer) throw new Error('no such producer');
    const consumer = new FakeConsumer(producer, options);
    producer.consumers.add(consumer);
    this.consumers.push(consumer);
    return consumer;
  }

  override close(): void {
    if (this.closed) return;
    super.close();
    for (const producer of this.producers) producer.close();
    for (const consumer of this.consumers) consumer.close();
    this.observer.emit('close');
  }
}
