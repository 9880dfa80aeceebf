import { opus } from '../media.mjs';

const listen = (protocol) => ({ protocol, ip: '127.0.0.1' });

export default {
  async 'a worker and what it holds'(s) {
    s.step('empty');
    await s.worker.dump();
    await s.worker.getResourceUsage();
    s.step('two routers and a server');
    const first = await s.worker.createRouter({ mediaCodecs: [opus] });
    await s.worker.createRouter({});
    const server = await s.worker.createWebRtcServer({ listenInfos: [listen('udp'), listen('tcp')] });
    await s.worker.dump();
    await server.dump();
    await first.dump();
    s.step('closed in another order');
    first.close();
    server.close();
    await s.worker.dump();
  },

  async 'settings'(s) {
    await s.worker.updateSettings({ logLevel: 'error', logTags: ['ice', 'rtp'] });
    await s.worker.updateSettings({ logLevel: 'WARN' });
    await s.worker.updateSettings({ logTags: [] });
    await s.worker.updateSettings({ logTags: ['no such tag'] });
    await s.may(s.worker.updateSettings({ logLevel: 'chicken' }));
    await s.worker.updateSettings({ logLevel: 'none' });
    await s.worker.updateSettings({});
  },

  async 'refused'(s) {
    const router = await s.worker.createRouter({});
    const server = await s.worker.createWebRtcServer({ listenInfos: [listen('udp')] });
    s.step('ids that are taken');
    await s.again('WORKER_CREATE_ROUTER');
    await s.again('WORKER_CREATE_WEBRTCSERVER');
    s.step('an id that something of another kind has');
    await s.again('WORKER_CREATE_WEBRTCSERVER', ({ body }) => {
      body.webRtcServerId = router.id;
      body.listenInfos[0].port = 0;
    });
    await s.request('WORKER_CREATE_ROUTER', '', 'Worker_CreateRouterRequest', { routerId: server.id });
    s.step('ids that do not exist');
    await s.request('WORKER_CLOSE_ROUTER', '', 'Worker_CloseRouterRequest', { routerId: 'nobody' });
    await s.request('WORKER_WEBRTCSERVER_CLOSE', '', 'Worker_CloseWebRtcServerRequest', { webRtcServerId: 'nobody' });
    await s.request('WORKER_CLOSE_ROUTER', '', 'Worker_CloseRouterRequest', { routerId: server.id });
    await s.request('WORKER_WEBRTCSERVER_CLOSE', '', 'Worker_CloseWebRtcServerRequest', { webRtcServerId: router.id });
    await s.request('ROUTER_DUMP', 'nobody');
    await s.request('WEBRTCSERVER_DUMP', 'nobody');
    await s.request('TRANSPORT_DUMP', 'nobody');
    await s.request('PRODUCER_PAUSE', 'nobody');
    await s.request('CONSUMER_DUMP', 'nobody');
    await s.request('DATAPRODUCER_DUMP', 'nobody');
    await s.request('DATACONSUMER_DUMP', 'nobody');
    await s.request('RTPOBSERVER_PAUSE', 'nobody');
    s.step('methods for something else');
    await s.request('TRANSPORT_DUMP', router.id);
    await s.request('ROUTER_DUMP', server.id);
    await s.request('PRODUCER_DUMP', router.id);
    s.step('a method of the worker, addressed to somebody');
    await s.request('WORKER_DUMP', 'anybody');
    s.step('nothing is left behind');
    await s.worker.dump();
  },

  async 'notifications to nobody'(s) {
    const router = await s.worker.createRouter({});
    s.notify('PRODUCER_SEND', 'nobody', 'Producer_SendNotification', { data: [1, 2, 3] });
    s.notify('TRANSPORT_SEND_RTCP', router.id, 'Transport_SendRtcpNotification', { data: [1, 2, 3] });
    s.notify('DATAPRODUCER_SEND', 'nobody', 'DataProducer_SendNotification', { ppid: 51, data: [1] });
    await s.worker.dump();
  },

  async 'servers'(s) {
    const create = (listenInfos) => s.may(s.worker.createWebRtcServer({ listenInfos }));
    s.step('none to listen on');
    await create([]);
    s.step('wrong addresses');
    await create([{ protocol: 'udp', ip: 'chicken' }]);
    await create([{ protocol: 'udp', ip: '1.2.3.4' }]);
    await create([listen('udp'), { protocol: 'tcp', ip: '1.2.3.4' }]);
    s.step('a range and its end');
    const one = await create([{ ...listen('udp'), portRange: { min: 47011, max: 47011 } }]);
    await create([{ ...listen('udp'), portRange: { min: 47011, max: 47011 } }]);
    await create([{ ...listen('udp'), portRange: { min: 47012, max: 47011 } }]);
    one.close();
    const two = await create([{ ...listen('udp'), portRange: { min: 47011, max: 47011 } }]);
    await create([{ ...listen('udp'), port: 47011 }]);
    two.close();
    s.step('a port of its own, for both protocols');
    const three = await create([{ ...listen('udp'), port: 47011 }, { ...listen('tcp'), port: 47011 }]);
    await create([{ ...listen('tcp'), port: 47011 }]);
    await three.dump();
    s.step('an IPv6 address in another form, announced');
    const four = await create([{ protocol: 'udp', ip: '0:0:0:0:0:0:0:1', announcedAddress: 'example.com' }]);
    await four?.dump();
    s.step('buffers and flags');
    await create([{ ...listen('udp'), sendBufferSize: 100_000, recvBufferSize: 100_000 }]);
    await create([{ ...listen('udp'), recvBufferSize: 3_000_000_000 }]);
    await create([{ ...listen('udp'), flags: { ipv6Only: true } }]);
    await create([{ ...listen('udp'), flags: { udpReusePort: true }, port: 47013 }]);
    await create([{ ...listen('udp'), flags: { udpReusePort: true }, port: 47013 }]);
    await create([{ ...listen('udp'), port: 47013 }]);
    await create([{ ...listen('tcp'), flags: { udpReusePort: true }, port: 47013 }]);
    await s.worker.dump();
  },
};
