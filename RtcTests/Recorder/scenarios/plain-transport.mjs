import { allCodecs, audioProducer, videoProducer } from '../media.mjs';
import { rtp, senderReport, vp8 } from '../rtp.mjs';

const udp = { protocol: 'udp', ip: '127.0.0.1' };
const suites = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
};
const key = (length) => Buffer.alloc(length, 7).toString('base64');

const openRouter = (s) => s.worker.createRouter({ mediaCodecs: allCodecs });

export default {
  async 'made, dumped and closed'(s) {
    const router = await openRouter(s);
    const create = (options) => router.createPlainTransport({ listenInfo: udp, ...options });
    for (const options of [{}, { rtcpMux: false }, { comedia: true }, { rtcpMux: false, comedia: true }]) {
      s.step(JSON.stringify(options));
      const transport = await create(options);
      await transport.dump();
      await transport.getStats();
    }
    s.step('announced; RTCP elsewhere; SCTP');
    await create({ listenInfo: { ...udp, announcedAddress: 'example.com' }, rtcpMux: false });
    await create({
      listenInfo: { ...udp, announcedAddress: 'example.com' },
      rtcpListenInfo: { ...udp, announcedAddress: 'rtcp.example.com' },
    });
    const sctp = await create({ enableSctp: true, maxSendMessageSize: 1234, maxReceiveMessageSize: 4321 });
    await sctp.dump();
    await sctp.getStats();
    s.step('SRTP');
    for (const srtpCryptoSuite of Object.keys(suites)) await create({ enableSrtp: true, srtpCryptoSuite });
    s.step('in the form of older releases');
    await create({ listenInfo: undefined, listenIp: { ip: '127.0.0.1', announcedIp: '9.9.9.1' } });
    await router.dump();
    await s.worker.dump();
  },

  async 'refused'(s) {
    const router = await openRouter(s);
    const create = (options) => s.may(router.createPlainTransport({ listenInfo: udp, ...options }));
    s.step('addresses, protocols and ports');
    await create({ listenInfo: { protocol: 'tcp', ip: '127.0.0.1' } });
    await create({ rtcpListenInfo: { protocol: 'tcp', ip: '127.0.0.1' } });
    await create({ listenInfo: { protocol: 'udp', ip: 'chicken' } });
    await create({ listenInfo: { protocol: 'udp', ip: '1.2.3.4' } });
    await create({ rtcpListenInfo: { protocol: 'udp', ip: '1.2.3.4' } });
    await create({ listenInfo: { ...udp, port: 47031 } });
    await create({ listenInfo: { ...udp, port: 47031 } });
    await create({ listenInfo: { ...udp, port: 47032 }, rtcpListenInfo: { ...udp, port: 47032 } });
    await create({ listenInfo: { ...udp, port: 47033 }, rtcpMux: false });
    s.step('an id that is taken');
    await router.createPlainTransport({ listenInfo: udp });
    await s.again('ROUTER_CREATE_PLAINTRANSPORT');
    s.step('SRTP without a suite');
    await router.createPlainTransport({ listenInfo: udp, enableSrtp: true });
    await s.again('ROUTER_CREATE_PLAINTRANSPORT', ({ body }) => {
      body.transportId = 'fresh';
      body.options.srtpCryptoSuite = null;
    });
    s.step('nothing is left behind');
    await router.dump();
    await s.worker.dump();
  },

  async 'connect'(s) {
    const router = await openRouter(s);
    const ip = '127.0.0.1';
    s.step('multiplexed');
    const mux = await router.createPlainTransport({ listenInfo: udp });
    await s.may(mux.connect({}));
    await s.may(mux.connect({ ip }));
    await s.may(mux.connect({ port: 9 }));
    await s.may(mux.connect({ ip: 'chicken', port: 9 }));
    await s.may(mux.connect({ ip, port: 9, rtcpPort: 10 }));
    await s.may(mux.connect({ ip, port: 9, srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: key(44) } }));
    await mux.dump();
    await s.may(mux.connect({ ip, port: 9 }));
    await s.may(mux.connect({ ip, port: 9 }));
    await mux.dump();
    await mux.getStats();
    s.step('RTCP on its own port');
    const pair = await router.createPlainTransport({ listenInfo: udp, rtcpMux: false });
    await s.may(pair.connect({ ip, port: 9 }));
    await s.may(pair.connect({ ip, port: 9, rtcpPort: 10 }));
    await pair.getStats();
    s.step('comedia');
    const comedia = await router.createPlainTransport({ listenInfo: udp, comedia: true });
    await s.may(comedia.connect({ ip: 'chicken', port: 9 }));
    await s.may(comedia.connect({}));
    const other = await router.createPlainTransport({ listenInfo: udp, comedia: true });
    await s.may(other.connect({}));
    s.step('by methods of other transports');
    await s.request('PIPETRANSPORT_CONNECT', mux.id, 'PipeTransport_ConnectRequest', { ip, port: 9 });
    await s.request('TRANSPORT_RESTART_ICE', mux.id);
  },

  async 'connect with SRTP'(s) {
    const router = await openRouter(s);
    for (const [mine, theirs] of [
      ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_80'],
      ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM'],
      ['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM'],
      ['AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_32'],
    ]) {
      s.step(`${mine} meets ${theirs}`);
      const transport = await router.createPlainTransport({
        listenInfo: udp,
        comedia: true,
        enableSrtp: true,
        srtpCryptoSuite: mine,
      });
      await s.may(transport.connect({}));
      await s.may(transport.connect({ srtpParameters: { cryptoSuite: theirs, keyBase64: key(suites[theirs] - 1) } }));
      await transport.dump();
      await s.may(transport.connect({ srtpParameters: { cryptoSuite: theirs, keyBase64: key(suites[theirs]) } }));
      await s.may(transport.connect({ srtpParameters: { cryptoSuite: theirs, keyBase64: key(suites[theirs]) } }));
      await transport.dump();
    }
  },

  async 'comedia'(s) {
    const router = await openRouter(s);
    const transport = await router.createPlainTransport({ listenInfo: udp, comedia: true, rtcpMux: false });
    const producer = await transport.produce(audioProducer({ ssrc: 1001 }));
    const [first, second] = [await s.peer(), await s.peer()];
    const packet = (sequence) => rtp({ payloadType: 111, sequence, timestamp: 960 * sequence, ssrc: 1001 });
    s.step('what is no RTP teaches nothing');
    await first.send(Buffer.from('chicken is not a packet'), transport.tuple.localPort);
    await s.arrived(transport, 1, 'bytesReceived');
    await transport.dump();
    s.step('the first RTP and the first RTCP teach their tuples');
    await first.send(packet(1), transport.tuple.localPort);
    await s.event('PLAINTRANSPORT_TUPLE');
    await s.event('PRODUCER_SCORE');
    await second.send(senderReport({ ssrc: 1001, timestamp: 960, packets: 1, octets: 4 }), transport.rtcpTuple.localPort);
    await s.event('PLAINTRANSPORT_RTCP_TUPLE');
    s.step('others are not heard');
    await second.send(packet(2), transport.tuple.localPort);
    await first.send(packet(3), transport.tuple.localPort);
    await s.arrived(transport, 111, 'bytesReceived');
    await transport.dump();
    await transport.getStats();
    await producer.getStats();
    transport.close();
    await s.worker.dump();
  },

  async 'media in and out'(s) {
    const router = await openRouter(s);
    const source = await router.createPlainTransport({ listenInfo: udp, comedia: true });
    const sink = await router.createPlainTransport({ listenInfo: udp });
    const [sender, receiver] = [await s.peer(), await s.peer()];
    await sink.connect({ ip: '127.0.0.1', port: receiver.port });
    const producer = await source.produce(audioProducer({ ssrc: 1001, mid: 'audio' }));
    const consumer = await sink.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    s.step('three packets');
    await s.apart(async () => {
      for (let sequence = 10; sequence < 13; sequence++) {
        const extensions = { 1: Buffer.from('audio'), 2: [0x80 + sequence] };
        const packet = { payloadType: 111, sequence, timestamp: 960 * sequence, ssrc: 1001, extensions };
        await sender.send(rtp({ ...packet, marker: sequence === 10 }), source.tuple.localPort);
      }
      await receiver.receive(3);
      await s.event('CONSUMER_SCORE');
    });
    await source.getStats();
    await sink.getStats();
    await producer.getStats();
    await producer.dump();
    await consumer.getStats();
    await consumer.dump();
    await sink.dump();
    s.step('the first reports of both sides');
    await sender.receive(1, 'rtcp');
    await receiver.receive(1, 'rtcp');
  },

  async 'an application sends through a producer of the network'(s) {
    const router = await openRouter(s);
    const plain = await router.createPlainTransport({ listenInfo: udp, comedia: true });
    const direct = await router.createDirectTransport();
    const producer = await plain.produce(audioProducer({ ssrc: 1001 }));
    await direct.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    producer.send(rtp({ payloadType: 111, ssrc: 1001, sequence: 1, timestamp: 960 }));
    await s.event('CONSUMER_RTP');
    s.notify('TRANSPORT_SEND_RTCP', plain.id, 'Transport_SendRtcpNotification', { data: [0x80, 201, 0, 1, 0, 0, 0, 1] });
    await plain.getStats();
    await producer.getStats();
  },

  async 'the most that a peer may send is told by REMB'(s) {
    const router = await openRouter(s);
    const plain = await router.createPlainTransport({ listenInfo: udp, comedia: true });
    const peer = await s.peer();
    const names = ['mid', 'transportCc'];
    const producer = await plain.produce(videoProducer({ encodings: [{ ssrc: 1001 }], names }));
    let sequence = 1;
    let length = 0;
    const send = async () => {
      const payload = vp8({ keyFrame: true, pictureId: sequence });
      const extensions = { 2: [0, sequence] };
      const packet = rtp({ payloadType: 112, ssrc: 1001, sequence, timestamp: 3000 * sequence++, payload, extensions });
      await peer.send(packet, plain.tuple.localPort);
      length = packet.length;
    };
    s.step('with the next packet');
    await plain.setMaxIncomingBitrate(300_000);
    await s.apart(async () => {
      await send();
      await peer.receive(1, 'remb');
      await s.event('PRODUCER_SCORE');
    });
    s.step('that there is no limit any more, at once');
    await plain.setMaxIncomingBitrate(0);
    await peer.receive(1, 'remb');
    await send();
    await s.arrived(plain, 2 * length, 'bytesReceived');
    s.step('another limit: not within a second and a half');
    await plain.setMaxIncomingBitrate(500_000);
    await send();
    await s.arrived(plain, 3 * length, 'bytesReceived');
    await producer.getStats();
  },

  async 'comedia with SCTP'(s) {
    const router = await openRouter(s);
    const learner = await router.createPlainTransport({ listenInfo: udp, comedia: true, enableSctp: true });
    const other = await router.createPlainTransport({ listenInfo: udp, enableSctp: true });
    const peer = await s.peer();
    s.step('what only looks like it');
    await peer.send(Buffer.alloc(16, 0x13), learner.tuple.localPort);
    await s.arrived(learner, 16, 'bytesReceived');
    await learner.dump();
    s.step('an INIT');
    await s.apart(async () => {
      await other.connect({ ip: '127.0.0.1', port: learner.tuple.localPort });
      await other.produceData({ sctpStreamParameters: { streamId: 1 } });
      await s.event('TRANSPORT_SCTP_NEGOTIATED_CAPABILITIES', 2);
    });
  },
};
