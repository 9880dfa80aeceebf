import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as sdpTransform from 'sdp-transform';
import { DcepPpid, parseOpen, writeAck, writeOpen } from '../../src/sdp/dcep.ts';
import { publish, PublishConnection, SubscribeConnection, type PublishedChannel } from '../../src/sdp/index.ts';
import { FakeRouter, type FakeTransport } from '../support/fake-router.ts';
import { answerTo, smallOffer } from '../support/sdp.ts';

const transport = { listen: { listenInfos: [{ protocol: 'udp' as const, ip: '127.0.0.1' }] } };

/** Adds an m-section of data channels to the small offer. */
function withData(lines = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=sctp-port:5000']): string {
  const [head = '', ...rest] = lines;
  return [
    smallOffer().replace('BUNDLE a v', 'BUNDLE a v d') + head,
    'c=IN IP4 0.0.0.0',
    'a=mid:d',
    'a=max-message-size:65536',
    ...rest,
    '',
  ].join('\r\n');
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('data channels of a publisher', () => {
  let router: FakeRouter;
  let connection: PublishConnection;
  let events: string[];
  const fake = (): FakeTransport => router.transports[0]!;

  async function connect(dataChannels = {}): Promise<void> {
    router = new FakeRouter();
    connection = await PublishConnection.create(router.asRouter, { transport, dataChannels });
    events = [];
    connection.on('channelopen', ({ channelId, label }) => events.push(`open ${channelId} ${label}`));
    connection.on('channelclose', ({ channelId, label }) => events.push(`close ${channelId} ${label}`));
  }
  const streamOf = (id: number) => fake().dataProducers.find((producer) => producer.sctpStreamParameters?.streamId === id)!;
  const open = async (id: number, label: string): Promise<void> => {
    streamOf(id).receive(writeOpen({ label, protocol: 'p', ordered: false, maxRetransmits: 2 }), DcepPpid);
    await settled();
  };

  beforeEach(() => connect());

  test('nothing listens before they are offered', async () => {
    await connection.negotiate(smallOffer());
    assert.deepEqual([fake().dataProducers.length, router.directTransports.length], [0, 0]);
    assert.equal(fake().options.enableSctp, true);
  });

  test('are answered, opened and acknowledged on their stream', async () => {
    const { answer, rejected } = await connection.negotiate(withData());
    assert.deepEqual(rejected, []);
    const data = sdpTransform.parse(answer).media[2]!;
    assert.deepEqual([data.port, data.protocol, data.sctpPort], [9, 'UDP/DTLS/SCTP', 5000]);
    await open(2, 'state');
    assert.deepEqual(events, ['open 2 state']);
    const [channel] = connection.channels;
    assert.equal(channel?.dataProducer.id, streamOf(2).id);
    assert.deepEqual([channel?.protocol, channel?.ordered, channel?.maxRetransmits], ['p', false, 2]);
    const replies = fake().dataConsumers.map(({ sent, sctpStreamParameters }) => [sctpStreamParameters?.streamId, sent]);
    assert.deepEqual(replies, [[0, []], [1, []], [2, [{ message: writeAck(), ppid: DcepPpid }]]]);
    await open(0, 'chat');
    assert.equal(fake().dataConsumers.length, 3);
    assert.equal(fake().dataConsumers[0]!.sent.length, 1);
  });

  test('written as before RFC 8841 are answered so', async () => {
    const legacy = withData(['m=application 9 DTLS/SCTP 5000', 'a=sctpmap:5000 webrtc-datachannel 65535']);
    const { answer } = await connection.negotiate(legacy);
    const data = sdpTransform.parse(answer).media[2]!;
    assert.deepEqual([data.protocol, String(data.payloads), data.sctpmap?.app], ['DTLS/SCTP', '5000', 'webrtc-datachannel']);
    assert.equal(data.sctpPort, undefined);
  });

  test('a message that is no opening opens nothing, whatever it holds', async () => {
    await connection.negotiate(withData());
    streamOf(0).receive(Buffer.from('hello'), 51);
    streamOf(0).receive(writeOpen({ label: 'x', protocol: '', ordered: true }), 53);
    streamOf(0).receive(Buffer.from('garbage'), DcepPpid);
    streamOf(0).receive(writeAck(), DcepPpid);
    assert.deepEqual([events, connection.channels], [[], []]);
  });

  test('a stream that is opened again is another channel; the same opening twice is one', async () => {
    await connection.negotiate(withData());
    await open(0, 'first');
    await open(0, 'first');
    await open(0, 'second');
    assert.deepEqual(events, ['open 0 first', 'close 0 first', 'open 0 second']);
    assert.deepEqual(connection.channels.map(({ label }) => label), ['second']);
  });

  test('no more of them than allowed', async () => {
    await connect({ maxOpened: 2 });
    await connection.negotiate(withData());
    assert.equal(fake().dataProducers.length, 4);
    for (const [id, label] of [[0, 'a'], [1, 'b'], [2, 'c']] as const) await open(id, label);
    assert.deepEqual(connection.channels.map(({ label }) => label), ['a', 'b']);
  });

  test('negotiated ones are there at once, and nothing listens on them', async () => {
    await connect({ maxOpened: 0, negotiated: [{ id: 5, label: 'known', maxRetransmits: 1, ordered: false }] });
    await connection.negotiate(withData());
    assert.deepEqual(events, ['open 5 known']);
    assert.equal(router.directTransports.length, 0);
    assert.deepEqual(fake().dataProducers[0]!.sctpStreamParameters, { streamId: 5, ordered: false, maxRetransmits: 1 });
  });

  test('end when their m-section is turned down, and with the connection', async () => {
    await connection.negotiate(withData());
    await open(0, 'chat');
    await connection.negotiate(withData().replace('m=application 9', 'm=application 0'));
    assert.deepEqual(events, ['open 0 chat', 'close 0 chat']);
    assert.ok(fake().dataProducers.every(({ closed }) => closed));
    assert.equal(router.directTransports[0]!.closed, true);
    await connection.negotiate(withData());
    const again = fake().dataProducers.filter(({ closed }) => !closed);
    again[0]!.receive(writeOpen({ label: 'back', protocol: '', ordered: true }), DcepPpid);
    connection.close();
    assert.deepEqual(events.slice(2), ['open 0 back', 'close 0 back']);
    assert.equal(router.directTransports[1]!.closed, true);
  });

  test('other uses of m=application are turned down', async () => {
    const { rejected } = await connection.negotiate(withData(['m=application 9 UDP/TLS/BFCP *', 'a=floorctrl:s-only']));
    assert.match(rejected[0]!.error.message, /application over UDP\/TLS\/BFCP/);
  });
});

describe('data channels of a viewer', () => {
  let router: FakeRouter;
  let channels: PublishedChannel[];

  beforeEach(async () => {
    router = new FakeRouter();
    const dataChannels = { negotiated: [{ id: 0, label: 'chat' }, { id: 1, label: 'state', maxRetransmits: 3 }] };
    const { connection } = await publish(router.asRouter, withData(), { transport, dataChannels });
    ({ channels } = connection);
  });

  async function connect(dataChannels?: 'opened' | 'negotiated' | 'none'): Promise<{ connection: SubscribeConnection; fake: FakeTransport }> {
    const connection = await SubscribeConnection.create(router.asRouter, { transport, ...(dataChannels && { dataChannels }) });
    return { connection, fake: router.transports[1]! };
  }

  test('are offered with the first channel, and opened once the viewer agreed', async () => {
    const { connection, fake } = await connect();
    assert.equal(await connection.createOffer(), undefined);
    connection.setChannels(channels.slice(0, 1));
    const offer = await connection.createOffer();
    const data = sdpTransform.parse(offer!.sdp).media[0]!;
    assert.deepEqual([data.type, data.protocol, String(data.mid), data.sctpPort], ['application', 'UDP/DTLS/SCTP', '0', 5000]);
    assert.equal(fake.dataConsumers.length, 0, 'SCTP would start with a viewer that has none yet');
    await connection.acceptAnswer(answerTo(offer!.sdp));
    const [consumer] = fake.dataConsumers;
    assert.deepEqual(parseOpen(consumer!.sent[0]!.message), { label: 'chat', protocol: '', ordered: true });
    assert.equal(consumer!.sent[0]!.ppid, DcepPpid);
    assert.deepEqual(consumer!.subchannels, [], 'messages pass from then on');
  });

  test('later ones need no offer, and gone ones close', async () => {
    const { connection, fake } = await connect();
    let changes = 0;
    connection.on('channels', () => (changes += 1));
    connection.setChannels(channels.slice(0, 1));
    await connection.acceptAnswer(answerTo((await connection.createOffer())!.sdp));
    connection.setChannels(channels);
    assert.equal(await connection.createOffer(), undefined);
    assert.deepEqual(connection.channels.map(({ label, channelId }) => `${channelId} ${label}`), ['0 chat', '1 state']);
    connection.setChannels(channels.slice(1));
    await connection.createOffer();
    assert.deepEqual(fake.dataConsumers.map(({ closed }) => closed), [true, false]);
    assert.equal(changes, 3);
  });

  test('negotiated ones keep how their messages travel, and are not opened', async () => {
    const { connection, fake } = await connect('negotiated');
    connection.setChannels(channels);
    await connection.acceptAnswer(answerTo((await connection.createOffer())!.sdp));
    assert.deepEqual(connection.channels.map(({ maxRetransmits }) => maxRetransmits), [undefined, 3]);
    assert.ok(fake.dataConsumers.every(({ sent }) => sent.length === 0));
  });

  test('a viewer that turns them down gets none, and is not asked again', async () => {
    const { connection, fake } = await connect();
    connection.setChannels(channels);
    const offer = await connection.createOffer();
    await connection.acceptAnswer(answerTo(offer!.sdp, { reject: ['0'] }));
    assert.equal(await connection.createOffer(), undefined);
    assert.deepEqual([fake.dataConsumers.length, connection.channels.length], [0, 0]);
  });

  test('none where none are wanted', async () => {
    const { connection, fake } = await connect('none');
    connection.setChannels(channels);
    assert.equal(await connection.createOffer(), undefined);
    assert.notEqual(fake.options.enableSctp, true);
  });
});
