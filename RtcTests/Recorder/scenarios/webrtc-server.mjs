import { allCodecs, audioProducer } from '../media.mjs';
import { bindingRequest } from '../stun.mjs';

const udp = { protocol: 'udp', ip: '127.0.0.1' };
const tcp = { protocol: 'tcp', ip: '127.0.0.1' };

async function open(s, listenInfos = [udp, tcp]) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const webRtcServer = await s.worker.createWebRtcServer({ listenInfos });
  return { router, webRtcServer };
}

export default {
  async 'transports on a server'(s) {
    const { router, webRtcServer } = await open(s);
    s.step('preferences');
    await router.createWebRtcTransport({ webRtcServer });
    await router.createWebRtcTransport({ webRtcServer, enableTcp: true });
    await router.createWebRtcTransport({ webRtcServer, enableTcp: true, preferTcp: true });
    await router.createWebRtcTransport({ webRtcServer, enableUdp: true, enableTcp: true, preferUdp: true });
    await router.createWebRtcTransport({ webRtcServer, enableUdp: false, enableTcp: true });
    await s.may(router.createWebRtcTransport({ webRtcServer, enableUdp: false, enableTcp: false }));
    await webRtcServer.dump();
    s.step('announced and exposed');
    const announced = await s.worker.createWebRtcServer({
      listenInfos: [
        { ...udp, announcedAddress: '203.0.113.1', exposeInternalIp: true },
        { ...tcp, announcedAddress: 'example.com' },
        { protocol: 'udp', ip: '::1' },
      ],
    });
    await router.createWebRtcTransport({ webRtcServer: announced, enableTcp: true });
    s.step('the server goes, and its transports');
    webRtcServer.close();
    await router.dump();
    await s.worker.dump();
  },

  async 'refused'(s) {
    const { router, webRtcServer } = await open(s, [udp]);
    const transport = await router.createWebRtcTransport({ webRtcServer });
    s.step('a server that is not there');
    await s.again('ROUTER_CREATE_WEBRTCTRANSPORT_WITH_SERVER', ({ body }) => {
      body.transportId = 'fresh';
      body.options.listen.webRtcServerId = 'nobody';
    });
    s.step('an id that is taken');
    await s.again('ROUTER_CREATE_WEBRTCTRANSPORT_WITH_SERVER');
    s.step('no candidate');
    await s.may(router.createWebRtcTransport({ webRtcServer, enableUdp: false, enableTcp: true }));
    await webRtcServer.dump();
    await router.dump();
    s.step('after the end of the server');
    webRtcServer.close();
    await s.request('TRANSPORT_DUMP', transport.id);
    await s.again('ROUTER_CREATE_WEBRTCTRANSPORT_WITH_SERVER', ({ body }) => (body.transportId = 'fresh'));
    await s.request('ROUTER_CLOSE_TRANSPORT', router.id, 'Router_CloseTransportRequest', { transportId: transport.id });
    await s.worker.dump();
  },

  async 'ICE on a shared port'(s) {
    const { router, webRtcServer } = await open(s, [udp]);
    const transports = [
      await router.createWebRtcTransport({ webRtcServer }),
      await router.createWebRtcTransport({ webRtcServer }),
    ];
    const [{ port }] = transports[0].iceCandidates;
    const peers = [await s.peer(), await s.peer()];
    s.step('each peer finds its transport by user name');
    for (const [index, transport] of transports.entries()) {
      await peers[index].send(bindingRequest(transport.iceParameters, { useCandidate: true }), port);
      await s.event('WEBRTCTRANSPORT_ICE_STATE_CHANGE');
    }
    await webRtcServer.dump();
    s.step('restarted: both user names are known until the new one is used');
    const restarted = await transports[0].restartIce();
    await webRtcServer.dump();
    const third = await s.peer();
    await third.send(bindingRequest(restarted, { useCandidate: true }), port);
    await s.event('WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE', 3);
    await webRtcServer.dump();
    await transports[0].restartIce();
    await webRtcServer.dump();
    s.step('closed');
    transports[0].close();
    await webRtcServer.dump();
    await transports[1].produce(audioProducer({ ssrc: 1001, mid: '0' }));
    await webRtcServer.dump();
    transports[1].close();
    await webRtcServer.dump();
    await s.worker.dump();
  },

  async 'ICE over TCP'(s) {
    const { router, webRtcServer } = await open(s, [tcp]);
    const transports = [];
    for (let i = 0; i < 2; i++) {
      transports.push(await router.createWebRtcTransport({ webRtcServer, enableUdp: false, enableTcp: true }));
    }
    const [{ port }] = transports[0].iceCandidates;
    s.step('each connection finds its transport by user name, framed as RFC 4571 says');
    const connections = [];
    for (const transport of transports) {
      const connection = await s.connect(port);
      connections.push(connection);
      connection.send(bindingRequest(transport.iceParameters, { useCandidate: true }));
      await s.event('WEBRTCTRANSPORT_ICE_STATE_CHANGE');
      await connection.receive();
    }
    await transports[0].dump();
    await webRtcServer.dump();
    s.step('a connection ends');
    connections[0].end();
    await s.event('WEBRTCTRANSPORT_ICE_STATE_CHANGE');
    await transports[0].dump();
    s.step('a transport ends');
    transports[1].close();
    await connections[1].closed;
    await webRtcServer.dump();
  },
};
