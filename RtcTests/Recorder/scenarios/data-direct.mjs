import { allCodecs } from '../media.mjs';

async function open(s, options) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const transport = await router.createDirectTransport(options);
  return { router, transport };
}

export default {
  async 'made, dumped and closed'(s) {
    const { router, transport } = await open(s);
    const producer = await transport.produceData({ label: 'chat', protocol: 'text' });
    await producer.dump();
    await producer.getStats();
    const consumer = await transport.consumeData({ dataProducerId: producer.id, subchannels: [1, 2, 2, 65_535] });
    await consumer.dump();
    await consumer.getStats();
    await router.dump();
    await transport.dump();
    await s.worker.dump();
    s.step('paused and resumed, twice each');
    for (const method of ['PAUSE', 'PAUSE', 'RESUME', 'RESUME']) await s.request(`DATAPRODUCER_${method}`, producer.id);
    for (const method of ['PAUSE', 'PAUSE', 'DUMP', 'RESUME', 'RESUME']) {
      await s.request(`DATACONSUMER_${method}`, consumer.id);
    }
    s.step('a consumer of a paused one');
    const paused = await transport.produceData({ paused: true });
    const late = await transport.consumeData({ dataProducerId: paused.id, paused: true });
    await late.dump();
    await paused.dump();
    s.step('closed');
    consumer.close();
    producer.close();
    paused.close();
    await router.dump();
    await s.worker.dump();
  },

  async 'messages'(s) {
    const { transport } = await open(s, { maxSendMessageSize: 20, maxReceiveMessageSize: 10 });
    const producer = await transport.produceData();
    const consumer = await transport.consumeData({ dataProducerId: producer.id });
    s.step('text, bytes, both empty');
    producer.send('hello');
    producer.send(Buffer.from([1, 2, 3]));
    producer.send('');
    producer.send(Buffer.alloc(0));
    await s.event('DATACONSUMER_MESSAGE', 4);
    s.step('another PPID; as long as can be; longer');
    producer.send('x', 99);
    producer.send('0123456789');
    producer.send('0123456789a');
    producer.send('01234567890123456789a');
    await s.barrier();
    await producer.getStats();
    await consumer.getStats();
    await transport.getStats();
    s.step('while paused');
    await producer.pause();
    producer.send('nobody');
    await producer.resume();
    await consumer.pause();
    producer.send('nobody');
    await consumer.resume();
    producer.send('somebody');
    await s.event('DATACONSUMER_MESSAGE');
    await producer.getStats();
    await consumer.getStats();
  },

  async 'subchannels'(s) {
    const { transport } = await open(s);
    const producer = await transport.produceData();
    const consumer = await transport.consumeData({ dataProducerId: producer.id, subchannels: [1, 2] });
    const others = await transport.consumeData({ dataProducerId: producer.id });
    const send = (text, ...subchannels) => producer.send(text, undefined, ...subchannels);
    s.step('to all, to some, with one that is required, but for some');
    send('all');
    send('one', [1]);
    send('three', [3]);
    send('one, two required', [1], 2);
    send('one, three required', [1], 3);
    send('not two', [1], undefined, [2]);
    send('all, three required', undefined, 3);
    await s.barrier();
    s.step('others asked for');
    await consumer.setSubchannels([3, 4, 4]);
    await consumer.addSubchannel(5);
    await consumer.addSubchannel(5);
    await consumer.removeSubchannel(3);
    await consumer.removeSubchannel(99);
    await consumer.dump();
    send('five', [5]);
    send('three', [3]);
    await consumer.setSubchannels([]);
    send('none left', [5]);
    await others.dump();
    await consumer.getStats();
  },

  async 'refused'(s) {
    const { router, transport } = await open(s);
    const producer = await transport.produceData();
    const consumer = await transport.consumeData({ dataProducerId: producer.id });
    s.step('ids that are taken, or unknown');
    await s.again('TRANSPORT_PRODUCE_DATA');
    await s.again('TRANSPORT_PRODUCE_DATA', ({ body }) => (body.dataProducerId = router.id));
    await s.again('TRANSPORT_CONSUME_DATA');
    await s.again('TRANSPORT_CONSUME_DATA', ({ body }) => {
      body.dataConsumerId = 'fresh';
      body.dataProducerId = 'nobody';
    });
    s.step('what a direct one cannot do');
    await s.request('DATACONSUMER_GET_BUFFERED_AMOUNT', consumer.id);
    await s.request(
      ...['DATACONSUMER_SET_BUFFERED_AMOUNT_LOW_THRESHOLD', consumer.id],
      ...['DataConsumer_SetBufferedAmountLowThresholdRequest', { threshold: 5 }],
    );
    await s.request('DATACONSUMER_SEND', consumer.id, 'DataConsumer_SendRequest', { ppid: 51, data: [1] });
    s.step('an SCTP type on a direct transport');
    await s.again('TRANSPORT_PRODUCE_DATA', ({ body }) => {
      body.dataProducerId = 'fresh';
      body.type = 0;
    });
    await s.again('TRANSPORT_CONSUME_DATA', ({ body }) => {
      body.dataConsumerId = 'fresh';
      body.type = 0;
    });
    s.step('a direct type, or any, on a transport without SCTP');
    const plain = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' } });
    await s.may(plain.produceData({ sctpStreamParameters: { streamId: 1 } }));
    await s.may(plain.consumeData({ dataProducerId: producer.id }));
    await s.again('TRANSPORT_PRODUCE_DATA', (request) => {
      request.handlerId = plain.id;
      request.body.type = 1;
    });
    s.step('closed and closed again');
    consumer.close();
    producer.close();
    const fields = { dataProducerId: producer.id };
    await s.request('TRANSPORT_CLOSE_DATAPRODUCER', transport.id, 'Transport_CloseDataProducerRequest', fields);
    const gone = { dataConsumerId: consumer.id };
    await s.request('TRANSPORT_CLOSE_DATACONSUMER', transport.id, 'Transport_CloseDataConsumerRequest', gone);
    await s.request('DATAPRODUCER_DUMP', producer.id);
    await s.request('DATACONSUMER_SEND', consumer.id, 'DataConsumer_SendRequest', { ppid: 51, data: [1] });
    await transport.dump();
    await router.dump();
    await s.worker.dump();
  },
};
