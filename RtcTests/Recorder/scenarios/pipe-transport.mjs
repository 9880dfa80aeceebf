import { allCodecs, audioProducer, simulcastBySsrc, videoProducer } from '../media.mjs';
import { pli, rtp, vp8 } from '../rtp.mjs';

const udp = { protocol: 'udp', ip: '127.0.0.1' };
const key = (length) => Buffer.alloc(length, 7).toString('base64');
const openRouter = (s) => s.worker.createRouter({ mediaCodecs: allCodecs });

export default {
  async 'made, dumped and closed'(s) {
    const router = await openRouter(s);
    for (const options of [{}, { enableRtx: true }, { enableSrtp: true }, { enableSctp: true }]) {
      s.step(JSON.stringify(options));
      const transport = await router.createPipeTransport({ listenInfo: udp, ...options });
      await transport.dump();
      await transport.getStats();
    }
    await router.dump();
    await s.worker.dump();
    router.close();
    await s.worker.dump();
  },

  async 'refused'(s) {
    const router = await openRouter(s);
    const create = (options) => s.may(router.createPipeTransport({ listenInfo: udp, ...options }));
    await create({ listenInfo: { protocol: 'tcp', ip: '127.0.0.1' } });
    await create({ listenInfo: { protocol: 'udp', ip: 'chicken' } });
    await create({ listenInfo: { protocol: 'udp', ip: '1.2.3.4' } });
    await create({ listenInfo: { ...udp, port: 47041 } });
    await create({ listenInfo: { ...udp, port: 47041 } });
    await s.again('ROUTER_CREATE_PIPETRANSPORT');
    await router.dump();
    await s.worker.dump();
  },

  async 'connect'(s) {
    const router = await openRouter(s);
    const ip = '127.0.0.1';
    const plain = await router.createPipeTransport({ listenInfo: udp });
    await s.may(plain.connect({}));
    await s.may(plain.connect({ ip }));
    await s.may(plain.connect({ port: 9 }));
    await s.may(plain.connect({ ip: 'chicken', port: 9 }));
    await s.may(plain.connect({ ip, port: 9, srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: key(44) } }));
    await s.may(plain.connect({ ip, port: 9 }));
    await s.may(plain.connect({ ip, port: 9 }));
    await plain.dump();
    s.step('with SRTP');
    const secret = await router.createPipeTransport({ listenInfo: udp, enableSrtp: true });
    await s.may(secret.connect({ ip, port: 9 }));
    const other = { cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: key(28) };
    await s.may(secret.connect({ ip, port: 9, srtpParameters: other }));
    await s.may(secret.connect({ ip, port: 9, srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: key(43) } }));
    await s.may(secret.connect({ ip, port: 9, srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: key(44) } }));
    await secret.dump();
    await secret.getStats();
  },

  async 'consumers of a pipe'(s) {
    const router = await openRouter(s);
    const direct = await router.createDirectTransport();
    const video = await direct.produce(videoProducer({ encodings: simulcastBySsrc }));
    const audio = await direct.produce(audioProducer({ ssrc: 1001 }));
    for (const enableRtx of [false, true]) {
      s.step(enableRtx ? 'with RTX' : 'without RTX');
      const pipe = await router.createPipeTransport({ listenInfo: udp, enableRtx });
      await pipe.connect({ ip: '127.0.0.1', port: 9 });
      const viewer = await pipe.consume({ producerId: video.id });
      await viewer.dump();
      await viewer.getStats();
      await viewer.setPreferredLayers({ spatialLayer: 1, temporalLayer: 1 });
      await viewer.setPriority(2);
      await viewer.requestKeyFrame();
      const listener = await pipe.consume({ producerId: audio.id });
      await listener.dump();
      await listener.setPreferredLayers({ spatialLayer: 0, temporalLayer: 0 });
      await pipe.dump();
    }
    await router.dump();
    s.step('refused: another number of encodings');
    await s.again('TRANSPORT_CONSUME', ({ body }) => {
      body.consumerId = 'fresh';
      body.rtpParameters.encodings.pop();
      body.rtpParameters.encodings.forEach((encoding, index) => (encoding.ssrc = 5000 + index));
    });
    s.step('the producer pauses, resumes and goes');
    await video.pause();
    await video.resume();
    video.close();
    await router.dump();
  },

  async 'all streams go through'(s) {
    const router = await openRouter(s);
    const direct = await router.createDirectTransport();
    const producer = await direct.produce(videoProducer({ encodings: simulcastBySsrc, mid: 'v' }));
    const receiver = await s.peer();
    const pipe = await router.createPipeTransport({ listenInfo: udp });
    await pipe.connect({ ip: '127.0.0.1', port: receiver.port });
    const consumer = await pipe.consume({ producerId: producer.id });
    const packet = (ssrc, sequence, keyFrame) =>
      rtp({
        ...{ payloadType: 112, ssrc, sequence, timestamp: 3000 * sequence, marker: true },
        payload: vp8({ keyFrame, pictureId: sequence }),
        extensions: { 1: Buffer.from('v'), 4: [0x01] },
      });
    for (const ssrc of [2001, 2003, 2005]) producer.send(packet(ssrc, 1, true));
    await s.barrier();
    await receiver.receive(3);
    s.step('stream by stream');
    s.ignore('PRODUCER_SCORE');
    for (const ssrc of [2001, 2003, 2005]) {
      producer.send(packet(ssrc, 2, false));
      await receiver.receive(1);
    }
    await consumer.dump();
    await consumer.getStats();
    await pipe.dump();
    s.step('a key frame request for one stream');
    await receiver.send(pli({ ssrc: consumer.rtpParameters.encodings[1].ssrc }), pipe.tuple.localPort);
    await s.event('DIRECTTRANSPORT_RTCP');
    s.step('from one router to another');
    const other = await openRouter(s);
    const piped = await router.pipeToRouter({ producerId: producer.id, router: other, keepId: false });
    await piped.pipeConsumer.dump();
    await piped.pipeProducer.dump();
  },
};
