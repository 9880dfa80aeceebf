import { allCodecs, audioProducer } from '../media.mjs';
import { bindingRequest } from '../stun.mjs';

const udp = { protocol: 'udp', ip: '127.0.0.1' };
const tcp = { protocol: 'tcp', ip: '127.0.0.1' };

async function open(s, options = {}) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const transport = await router.createWebRtcTransport({ listenInfos: [udp], ...options });
  return { router, transport };
}

const fingerprint = {
  algorithm: 'sha-256',
  value: Array.from({ length: 32 }, (_, index) => (index + 16).toString(16).toUpperCase()).join(':'),
};

export default {
  async 'made, dumped and closed'(s) {
    const { router, transport } = await open(s);
    await transport.dump();
    await transport.getStats();
    await router.dump();
    await s.worker.dump();
    transport.close();
    await router.dump();
    await s.worker.dump();
  },

  async 'candidates'(s) {
    const { router } = await open(s);
    const create = (options) => s.may(router.createWebRtcTransport(options));
    s.step('announced, internal address hidden and exposed, both protocols');
    await create({
      listenInfos: [
        { ...udp, announcedAddress: 'example.com' },
        { ...tcp, announcedAddress: '203.0.113.9', exposeInternalIp: true },
        { ...udp, exposeInternalIp: true },
        { protocol: 'udp', ip: '::1' },
      ],
    });
    s.step('addresses in the form of older releases');
    await create({ listenIps: ['127.0.0.1'], enableTcp: true, preferTcp: true });
    await create({ listenIps: ['127.0.0.1', { ip: '127.0.0.1', announcedIp: '9.9.9.9' }], enableTcp: true });
    await create({ listenIps: ['127.0.0.1'], enableUdp: false, enableTcp: true });
    s.step('any address');
    await create({ listenInfos: [{ protocol: 'udp', ip: '0.0.0.0', announcedAddress: '198.51.100.1' }] });
  },

  async 'options'(s) {
    const { router } = await open(s);
    const create = (options) => s.may(router.createWebRtcTransport({ listenInfos: [udp], ...options }));
    await create({ initialAvailableOutgoingBitrate: 10 });
    await create({ initialAvailableOutgoingBitrate: 10_000_000_000 });
    await create({ iceConsentTimeout: 0 });
    await create({ iceConsentTimeout: 255 });
    await create({ enableSctp: true });
    await create({ enableSctp: true, maxSendMessageSize: 1000, maxReceiveMessageSize: 2000, sctpSendBufferSize: 3000 });
    await create({ enableSctp: true, maxSendMessageSize: 0, maxReceiveMessageSize: 0 });
    await create({ listenInfos: [{ ...udp, sendBufferSize: 50_000, recvBufferSize: 60_000 }] });
    await create({ listenInfos: [{ ...udp, sendBufferSize: 4_000_000_000 }] });
  },

  async 'refused'(s) {
    const { router, transport } = await open(s);
    const create = (options) => s.may(router.createWebRtcTransport(options));
    s.step('an id that is taken');
    await s.again('ROUTER_CREATE_WEBRTCTRANSPORT');
    await s.again('ROUTER_CREATE_WEBRTCTRANSPORT', ({ body }) => (body.transportId = router.id));
    s.step('addresses that are none or not ours');
    await create({ listenInfos: [{ protocol: 'udp', ip: 'chicken' }] });
    await create({ listenInfos: [{ protocol: 'udp', ip: '1.2.3.4' }] });
    await create({ listenInfos: [udp, { protocol: 'tcp', ip: '1.2.3.4' }] });
    await create({ listenInfos: [] });
    s.step('ports that are taken, and the wrong way around');
    await create({ listenInfos: [{ ...udp, port: 47021 }] });
    await create({ listenInfos: [{ ...udp, port: 47021 }] });
    await create({ listenInfos: [udp, { ...udp, port: 47021 }] });
    await create({ listenInfos: [{ ...udp, portRange: { min: 47023, max: 47022 } }] });
    s.step('a server that is not there');
    await s.again('ROUTER_CREATE_WEBRTCTRANSPORT', (request) => {
      request.body.transportId = 'fresh';
      request.body.options.listenType = 2;
      request.body.options.listen = null;
    }).catch(() => null);
    s.step('closed and closed again');
    transport.close();
    await s.request('ROUTER_CLOSE_TRANSPORT', router.id, 'Router_CloseTransportRequest', { transportId: transport.id });
    await s.request('TRANSPORT_DUMP', transport.id);
    await s.request('TRANSPORT_RESTART_ICE', transport.id);
    s.step('nothing is left behind');
    await router.dump();
    await s.worker.dump();
  },

  async 'connect'(s) {
    const { router, transport } = await open(s);
    s.step('without fingerprints, then with each role');
    await s.may(transport.connect({ dtlsParameters: { fingerprints: [] } }));
    await s.may(transport.connect({ dtlsParameters: { fingerprints: [fingerprint], role: 'client' } }));
    await transport.dump();
    await s.may(transport.connect({ dtlsParameters: { fingerprints: [fingerprint], role: 'client' } }));
    for (const role of ['server', 'auto', undefined]) {
      const other = await router.createWebRtcTransport({ listenInfos: [udp] });
      await s.may(other.connect({ dtlsParameters: { fingerprints: [fingerprint], role } }));
      await other.dump();
    }
    s.step('a fingerprint of another length or in lower case');
    const third = await router.createWebRtcTransport({ listenInfos: [udp] });
    await s.may(third.connect({ dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: 'chicken' }] } }));
    s.step('by methods of other transports');
    await s.request('PLAINTRANSPORT_CONNECT', transport.id, 'PlainTransport_ConnectRequest', { ip: '127.0.0.1', port: 9 });
    await s.request('PIPETRANSPORT_CONNECT', transport.id, 'PipeTransport_ConnectRequest', { ip: '127.0.0.1', port: 9 });
    await s.request('TRANSPORT_CONNECT', transport.id);
    s.step('several fingerprints: the first counts');
    const fourth = await router.createWebRtcTransport({ listenInfos: [udp] });
    const sha1 = { algorithm: 'sha-1', value: fingerprint.value.slice(0, 59) };
    await s.may(fourth.connect({ dtlsParameters: { fingerprints: [sha1, fingerprint], role: 'server' } }));
  },

  async 'bitrates'(s) {
    const { transport } = await open(s);
    const most = 2n ** 63n - 2n;
    const set = (name, field, value) =>
      s.request(`TRANSPORT_SET_${name}_BITRATE`, transport.id, `Transport_Set${field}BitrateRequest`, {
        [`${field[0].toLowerCase()}${field.slice(1)}Bitrate`]: BigInt(value),
      });
    s.step('most incoming');
    for (const value of [100_000, 1000, 0, most, most + 1n]) await set('MAX_INCOMING', 'MaxIncoming', value);
    await transport.getStats();
    s.step('most outgoing');
    for (const value of [29_999, 30_000, 100_000, 0, most, most + 1n]) await set('MAX_OUTGOING', 'MaxOutgoing', value);
    await transport.getStats();
    s.step('least outgoing');
    for (const value of [29_999, 30_000, 100_000, 0, most, most + 1n]) await set('MIN_OUTGOING', 'MinOutgoing', value);
    await set('MAX_OUTGOING', 'MaxOutgoing', 0);
    s.step('least above most, and most below least');
    await set('MAX_OUTGOING', 'MaxOutgoing', 200_000);
    await set('MIN_OUTGOING', 'MinOutgoing', 200_001);
    await set('MIN_OUTGOING', 'MinOutgoing', 200_000);
    await set('MAX_OUTGOING', 'MaxOutgoing', 199_999);
    await transport.getStats();
    await set('MAX_OUTGOING', 'MaxOutgoing', 0);
    await transport.getStats();
    await set('MIN_OUTGOING', 'MinOutgoing', 0);
    await transport.getStats();
  },

  async 'traces'(s) {
    const { transport } = await open(s);
    await transport.enableTraceEvent(['bwe', 'probation']);
    await transport.dump();
    await transport.enableTraceEvent(['bwe', 'bwe']);
    await transport.dump();
    await transport.enableTraceEvent([]);
    await transport.dump();
  },

  async 'ICE'(s) {
    const { router, transport } = await open(s, { listenInfos: [udp, { ...udp, announcedAddress: 'example.com' }] });
    const { iceParameters, iceCandidates } = transport;
    const [port, otherPort] = iceCandidates.map((candidate) => candidate.port);
    const [first, second] = [await s.peer(), await s.peer()];
    s.step('garbage and a wrong password change nothing');
    await first.send(Buffer.from('chicken'), port);
    await first.send(bindingRequest({ ...iceParameters, password: 'wrong' }), port);
    await s.arrived(transport, 100, 'bytesReceived');
    await transport.dump();
    s.step('a check connects');
    await first.send(bindingRequest(iceParameters), port);
    await s.event('WEBRTCTRANSPORT_ICE_STATE_CHANGE');
    await transport.dump();
    await transport.getStats();
    s.step('a nomination completes');
    await first.send(bindingRequest(iceParameters, { useCandidate: true }), port);
    await s.event('WEBRTCTRANSPORT_ICE_STATE_CHANGE');
    s.step('a check from elsewhere is remembered, a nomination there moves');
    await second.send(bindingRequest(iceParameters), port);
    await second.send(bindingRequest(iceParameters, { useCandidate: true }), otherPort);
    await s.event('WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE', 2);
    await transport.dump();
    s.step('a counted nomination moves back, an older one does not');
    await first.send(bindingRequest(iceParameters, { nomination: 5 }), port);
    await s.event('WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE');
    await second.send(bindingRequest(iceParameters, { nomination: 4 }), otherPort);
    await second.send(bindingRequest(iceParameters, { nomination: 6 }), otherPort);
    await s.event('WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE');
    s.step('restart: the old credentials hold until the new ones are used');
    const restarted = await transport.restartIce();
    await first.send(bindingRequest(iceParameters, { useCandidate: true }), port);
    await s.event('WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE');
    await second.send(bindingRequest(restarted, { useCandidate: true }), otherPort);
    await s.event('WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE');
    await transport.dump();
    s.step('closed while connected');
    transport.close();
    await router.dump();
  },

  async 'DTLS begins when both are known'(s) {
    const { router } = await open(s);
    for (const [role, checksFirst] of [['client', true], ['server', true], ['auto', false], ['client', false]]) {
      s.step(`remote ${role}, ${checksFirst ? 'ICE first' : 'connect first'}`);
      const transport = await router.createWebRtcTransport({ listenInfos: [udp] });
      const peer = await s.peer();
      const check = async () => {
        await peer.send(bindingRequest(transport.iceParameters, { useCandidate: true }), transport.iceCandidates[0].port);
        await s.event('WEBRTCTRANSPORT_ICE_STATE_CHANGE');
      };
      if (checksFirst) await check();
      await transport.connect({ dtlsParameters: { role, fingerprints: [fingerprint] } });
      if (!checksFirst) await check();
      await s.event('WEBRTCTRANSPORT_DTLS_STATE_CHANGE');
      await transport.dump();
      transport.close();
    }
  },

  async 'the router goes'(s) {
    const { router, transport } = await open(s);
    const producer = await transport.produce(audioProducer({ ssrc: 1001, mid: '0' }));
    const viewer = await router.createWebRtcTransport({ listenInfos: [udp] });
    await viewer.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    router.close();
    await s.worker.dump();
    await s.request('TRANSPORT_DUMP', transport.id);
  },
};
