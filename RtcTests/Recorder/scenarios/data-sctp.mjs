import { allCodecs } from '../media.mjs';

const listenInfo = { protocol: 'udp', ip: '127.0.0.1' };

/** Two pipe transports of two routers, of which the first is the left one's, and a way to connect them. */
async function makePipes(s, options = {}) {
  const routers = [];
  const pipes = [];
  for (let i = 0; i < 2; i++) {
    routers.push(await s.worker.createRouter({ mediaCodecs: allCodecs }));
    pipes.push(await routers[i].createPipeTransport({ listenInfo, enableSctp: true, ...options }));
  }
  const [left, right] = pipes;
  const connect = async () => {
    await left.connect({ ip: '127.0.0.1', port: right.tuple.localPort });
    await right.connect({ ip: '127.0.0.1', port: left.tuple.localPort });
  };
  return { router: routers[0], left, right, connect };
}

/** Two pipe transports of two routers that speak SCTP with each other. */
async function openPipes(s, options) {
  const { left, right, connect } = await makePipes(s, options);
  await connect();
  return { left, right };
}

export default {
  async 'parameters'(s) {
    const { left } = await openPipes(s, { maxSendMessageSize: 100, maxReceiveMessageSize: 200 });
    const produce = (sctpStreamParameters) => s.may(left.produceData({ sctpStreamParameters }));
    s.step('reliable, and in each way not');
    const first = await s.apart(async () => {
      const producer = await produce({ streamId: 0 });
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
      return producer;
    });
    await first.dump();
    for (const parameters of [
      { streamId: 1 },
      { streamId: 2, ordered: true },
      { streamId: 3, ordered: false },
      { streamId: 4, maxPacketLifeTime: 100 },
      { streamId: 5, maxRetransmits: 3 },
      { streamId: 6, ordered: false, maxPacketLifeTime: 0 },
      { streamId: 7, ordered: false, maxRetransmits: 0 },
    ]) {
      const producer = await produce(parameters);
      await producer?.dump();
    }
    await left.dump();
    s.step('refused');
    await produce({ streamId: 1 });
    await s.again('TRANSPORT_PRODUCE_DATA', ({ body }) => {
      body.dataProducerId = 'fresh';
      body.sctpStreamParameters.streamId = 65_535;
    });
    const change = (id, fields) =>
      s.again('TRANSPORT_PRODUCE_DATA', ({ body }) => {
        body.dataProducerId = id;
        Object.assign(body.sctpStreamParameters, { streamId: 100 }, fields);
      });
    await change('both limits', { maxPacketLifeTime: 1, maxRetransmits: 1, ordered: false });
    await change('ordered with a lifetime', { maxPacketLifeTime: 1, ordered: true });
    await change('ordered with retransmissions', { maxRetransmits: 1, ordered: true });
    await s.again('TRANSPORT_PRODUCE_DATA', ({ body }) => {
      body.dataProducerId = 'none';
      body.sctpStreamParameters = null;
    });
    await s.again('TRANSPORT_PRODUCE_DATA', ({ body }) => {
      body.dataProducerId = 'direct';
      body.type = 1;
    });
    await left.dump();
    await s.worker.dump();
  },

  async 'an association, messages and their end'(s) {
    const { left, right } = await openPipes(s);
    s.step('it comes up with the first data producers');
    const [into, from] = await s.apart(async () => {
      const incoming = await right.produceData({ sctpStreamParameters: { streamId: 7 }, label: 'seven' });
      const source = await left.produceData({ sctpStreamParameters: { streamId: 7 }, label: 'other way' });
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
      return [incoming, source];
    });
    await left.dump();
    await right.getStats();
    await into.dump();
    await from.dump();
    s.step('closed on one side');
    await s.apart(async () => {
      left.close();
      await s.told('TRANSPORT_SCTP_STATE_CHANGE', { sctpState: 4 }, [left.id, right.id]);
    });
    await right.dump();
    await s.may(right.produceData({ sctpStreamParameters: { streamId: 8 } }));
    await right.dump();
  },

  async 'from a direct transport through two routers'(s) {
    const routers = [];
    for (let i = 0; i < 2; i++) routers.push(await s.worker.createRouter({ mediaCodecs: allCodecs }));
    const source = await routers[0].createDirectTransport();
    const sink = await routers[1].createDirectTransport();
    const producer = await source.produceData({ label: 'chat' });
    const { pipeDataProducer, pipeDataConsumer } = await s.apart(async () => {
      const piped = await routers[0].pipeToRouter({
        dataProducerId: producer.id,
        router: routers[1],
        keepId: false,
        enableSctp: true,
      });
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
      return piped;
    });
    const consumer = await sink.consumeData({ dataProducerId: pipeDataProducer.id, subchannels: [1] });
    s.step('messages');
    producer.send('hello');
    await s.event('DATACONSUMER_MESSAGE');
    producer.send(Buffer.from([1, 2, 3]), undefined, [1, 2], 1);
    await s.event('DATACONSUMER_MESSAGE');
    producer.send('not for it', undefined, [2]);
    producer.send('nor this', undefined, undefined, undefined, [1]);
    producer.send('');
    await s.event('DATACONSUMER_MESSAGE');
    await pipeDataConsumer.dump();
    await pipeDataConsumer.getStats();
    await pipeDataProducer.getStats();
    await consumer.getStats();
    s.step('buffered amounts and sending by request');
    await pipeDataConsumer.getBufferedAmount();
    await pipeDataConsumer.setBufferedAmountLowThreshold(100);
    await pipeDataConsumer.dump();
    await s.may(pipeDataConsumer.send('sent by the application'));
    await s.event('DATACONSUMER_MESSAGE');
    await s.request('DATACONSUMER_SEND', pipeDataConsumer.id, 'DataConsumer_SendRequest', { ppid: 51, data: [] });
    await s.request('DATACONSUMER_SEND', pipeDataConsumer.id, 'DataConsumer_SendRequest', {
      ppid: 53,
      data: Array.from({ length: 262_145 }, () => 0),
    });
    s.step('pauses travel, and the end');
    await s.apart(async () => {
      await producer.pause();
      await s.event('DATACONSUMER_DATAPRODUCER_PAUSE');
      await producer.resume();
      await s.event('DATACONSUMER_DATAPRODUCER_RESUME');
    });
    await s.apart(async () => {
      producer.close();
      await s.event('DATACONSUMER_DATAPRODUCER_CLOSE');
    });
    await routers[0].dump();
    await routers[1].dump();
  },

  async 'a send buffer that is full'(s) {
    const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
    const options = { sctpSendBufferSize: 5000, sctpPerStreamSendQueueLimit: 5000 };
    const pipe = await router.createPipeTransport({ listenInfo, enableSctp: true, ...options });
    const direct = await router.createDirectTransport();
    const producer = await direct.produceData();
    const consumer = await pipe.consumeData({ dataProducerId: producer.id });
    s.step('nobody is connected: messages wait, then are refused');
    const data = Array.from({ length: 2000 }, () => 1);
    for (let i = 0; i < 4; i++) {
      await s.request('DATACONSUMER_SEND', consumer.id, 'DataConsumer_SendRequest', { ppid: 53, data });
    }
    await consumer.getBufferedAmount();
    await consumer.getStats();
    producer.send(Buffer.from(data));
    await s.barrier();
    await consumer.getStats();
    await pipe.getStats();
    router.close();
    await s.worker.dump();
  },

  async 'a send buffer that drains'(s) {
    const { router, left, connect } = await makePipes(s, { sctpDefaultStreamBufferedAmountLowThreshold: 100 });
    const direct = await router.createDirectTransport();
    const { id: dataProducerId } = await direct.produceData();
    const consumer = await left.consumeData({ dataProducerId });
    const send = () =>
      s.request('DATACONSUMER_SEND', consumer.id, 'DataConsumer_SendRequest', {
        ppid: 53,
        data: Array.from({ length: 1500 }, () => 1),
      });
    s.step('what waits for the association');
    for (let i = 0; i < 3; i++) await send();
    await s.apart(async () => {
      await connect();
      await s.event('DATACONSUMER_BUFFERED_AMOUNT_LOW');
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
    });
    await consumer.getBufferedAmount();
    s.step('below the threshold');
    await consumer.setBufferedAmountLowThreshold(2000);
    await send();
    await consumer.getBufferedAmount();
    await consumer.dump();
  },

  async 'a router goes with its association'(s) {
    const { left, right } = await openPipes(s);
    await s.apart(async () => {
      await left.produceData({ sctpStreamParameters: { streamId: 7 } });
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
    });
    s.step('closed');
    await s.apart(async () => {
      await s.request('WORKER_CLOSE_ROUTER', '', 'Worker_CloseRouterRequest', { routerId: 'id1' });
      await s.told('TRANSPORT_SCTP_STATE_CHANGE', { sctpState: 4 }, [left.id, right.id]);
    });
    await right.dump();
  },

  async 'an application sends through a data producer of the network'(s) {
    const { left } = await openPipes(s);
    const producer = await s.apart(async () => {
      const made = await left.produceData({ sctpStreamParameters: { streamId: 7 } });
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
      return made;
    });
    s.notify('DATAPRODUCER_SEND', producer.id, 'DataProducer_SendNotification', { ppid: 51, data: [104, 105] });
    await producer.getStats();
  },
};
