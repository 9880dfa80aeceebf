import {
  allCodecs, audioProducer, extensions, simulcastByRid, simulcastBySsrc, videoProducer,
} from '../media.mjs';
import { h264, rtp, vp8 } from '../rtp.mjs';

async function open(s) {
  const router = await s.worker.createRouter({ mediaCodecs: allCodecs });
  const transport = await router.createDirectTransport();
  return { router, transport };
}

const h264Parameters = { 'packetization-mode': 1, 'profile-level-id': '42e01f' };

export default {
  async 'types, dumps and stats'(s) {
    const { router, transport } = await open(s);
    const encodings = {
      'one stream': videoProducer({ encodings: [{ ssrc: 101 }] }),
      'one stream with RTX': videoProducer({ encodings: [{ ssrc: 111, rtx: { ssrc: 112 } }] }),
      'without feedback': videoProducer({ encodings: [{ ssrc: 121 }], feedback: [] }),
      'simulcast by SSRC': videoProducer({ encodings: simulcastBySsrc, mid: 's' }),
      'simulcast by RID': videoProducer({ encodings: simulcastByRid, mid: 'r' }),
      'simulcast of H264': videoProducer({
        mimeType: 'video/H264',
        parameters: h264Parameters,
        encodings: [{ ssrc: 131 }, { ssrc: 132 }],
      }),
      'temporal layers': videoProducer({ encodings: [{ ssrc: 141, scalabilityMode: 'L1T3' }] }),
      'SVC of VP9': videoProducer({ mimeType: 'video/VP9', encodings: [{ ssrc: 151, scalabilityMode: 'L3T3_KEY' }] }),
      'SVC of AV1': videoProducer({ mimeType: 'video/AV1', encodings: [{ ssrc: 161, scalabilityMode: 'L2T2' }] }),
      'audio': audioProducer({ ssrc: 171, mid: 'a' }),
      'paused, with packet ids': audioProducer({
        ssrc: 181,
        paused: true,
        keyFrameRequestDelay: 100,
        enableMediasoupPacketIdHeaderExtension: true,
      }),
    };
    for (const [title, parameters] of Object.entries(encodings)) {
      s.step(title);
      const producer = await transport.produce(parameters);
      await producer.dump();
      await producer.getStats();
    }
    await transport.dump();
    await router.dump();
    await s.worker.dump();
  },

  async 'refused'(s) {
    const { router, transport } = await open(s);
    const first = await transport.produce(audioProducer({ ssrc: 1001, mid: 'a' }));
    const video = await transport.produce(
      videoProducer({ encodings: [{ ssrc: 1011, rid: 'lo', rtx: { ssrc: 1012 } }, { ssrc: 1013, rid: 'hi' }] }),
    );
    s.step('an id that is taken');
    await s.again('TRANSPORT_PRODUCE');
    await s.again('TRANSPORT_PRODUCE', ({ body }) => (body.producerId = router.id));
    await s.again('TRANSPORT_PRODUCE', ({ body }) => (body.producerId = first.id));
    s.step('an SSRC, RTX SSRC, MID or RID that is taken');
    await s.may(transport.produce(audioProducer({ ssrc: 1001 })));
    await s.may(transport.produce(audioProducer({ ssrc: 1002, mid: 'a' })));
    await s.may(transport.produce(videoProducer({ encodings: [{ ssrc: 1021, rtx: { ssrc: 1012 } }] })));
    await s.may(transport.produce(videoProducer({ encodings: [{ rid: 'lo' }] })));
    await s.may(transport.produce(videoProducer({ encodings: [{ rid: 'lo' }], mid: 'v' })));
    await s.may(transport.produce(videoProducer({ encodings: [{ ssrc: 1031 }, { ssrc: 1031 }] })));
    await transport.dump();

    let fresh = 0;
    const change = async (title, action) => {
      s.step(title);
      await s.again('TRANSPORT_PRODUCE', ({ body }) => {
        body.producerId = `fresh${++fresh}`;
        body.rtpParameters.encodings.forEach((encoding, index) => {
          encoding.ssrc = 5000 + 10 * fresh + index;
          encoding.rid = null;
          if (encoding.rtx !== null) encoding.rtx.ssrc = encoding.ssrc + 5;
        });
        action(body);
      });
    };
    await s.may(transport.produce(videoProducer({ encodings: [{ ssrc: 1041, rtx: { ssrc: 1042 } }] })));
    await change('no codecs', ({ rtpParameters }) => (rtpParameters.codecs = []));
    await change('no encodings', ({ rtpParameters }) => (rtpParameters.encodings = []));
    await change('one payload type twice', ({ rtpParameters }) => (rtpParameters.codecs[1].payloadType = 112));
    await change('RTX alone', ({ rtpParameters }) => rtpParameters.codecs.shift());
    await change('RTX without apt', ({ rtpParameters }) => (rtpParameters.codecs[1].parameters = []));
    await change('RTX of nothing', ({ rtpParameters }) => (rtpParameters.codecs[1].parameters[0].value.value = 99));
    await change('a codec that nobody knows', ({ rtpParameters }) => (rtpParameters.codecs[0].mimeType = 'video/chicken'));
    await change('a MIME type that is none', ({ rtpParameters }) => (rtpParameters.codecs[0].mimeType = 'chicken'));
    await change('audio codec in a video producer', ({ rtpParameters }) => (rtpParameters.codecs[0].mimeType = 'audio/opus'));
    await change('a clock rate of 0', ({ rtpParameters }) => (rtpParameters.codecs[0].clockRate = 0));
    await change('an extension with id 0', ({ rtpParameters }) => (rtpParameters.headerExtensions[0].id = 0));
    await change('two extensions with one id', ({ rtpParameters }) => (rtpParameters.headerExtensions[1].id = 1));
    await change('no CNAME', ({ rtpParameters }) => (rtpParameters.rtcp.cname = null));
    await change('an empty CNAME', ({ rtpParameters }) => (rtpParameters.rtcp.cname = ''));
    await change('no mapped SSRC', ({ rtpMapping }) => (rtpMapping.encodings[0].mappedSsrc = 0));
    await change('a mapping of another size', ({ rtpMapping }) => rtpMapping.encodings.push(rtpMapping.encodings[0]));
    await change('no mapping of the codec', ({ rtpMapping }) => (rtpMapping.codecs = []));
    await change('an encoding of an unknown payload type', ({ rtpParameters }) => {
      rtpParameters.encodings[0].codecPayloadType = 99;
    });
    await change('an encoding of RTX', ({ rtpParameters }) => (rtpParameters.encodings[0].codecPayloadType = 113));
    await change('neither SSRC, RID nor MID', ({ rtpParameters }) => (rtpParameters.encodings[0].ssrc = null));
    await change('two encodings, one without SSRC and RID', (body) => {
      const [encoding] = body.rtpParameters.encodings;
      body.rtpParameters.encodings.push(Object.assign(Object.create(encoding), encoding, { ssrc: null, rtx: null }));
      body.rtpMapping.encodings.push(body.rtpMapping.encodings[0]);
    });
    await change('layers in several encodings', (body) => {
      const [encoding] = body.rtpParameters.encodings;
      encoding.scalabilityMode = 'L2T1';
      body.rtpParameters.encodings.push(Object.assign(Object.create(encoding), encoding, { ssrc: 9999, rtx: null }));
      body.rtpMapping.encodings.push(body.rtpMapping.encodings[0]);
    });
    await change('spatial layers of H264', ({ rtpParameters }) => {
      rtpParameters.codecs[0].mimeType = 'video/H264';
      rtpParameters.encodings[0].scalabilityMode = 'L3T3';
    });
    await change('a scalability mode that is none', ({ rtpParameters }) => {
      rtpParameters.encodings[0].scalabilityMode = 'chicken';
    });
    s.step('nothing is left behind');
    video.close();
    await transport.dump();
    await router.dump();
    await s.worker.dump();
    s.step('closed and closed again, and unknown ids');
    first.close();
    await s.request('TRANSPORT_CLOSE_PRODUCER', transport.id, 'Transport_CloseProducerRequest', { producerId: first.id });
    await s.request('PRODUCER_PAUSE', first.id);
    await s.request('PRODUCER_GET_STATS', first.id);
    s.step('another kind of thing');
    await s.request('TRANSPORT_CLOSE_CONSUMER', transport.id, 'Transport_CloseConsumerRequest', { consumerId: video.id });
  },

  async 'pause, resume and close'(s) {
    const { router, transport } = await open(s);
    const producer = await transport.produce(videoProducer({ encodings: [{ ssrc: 1001 }] }));
    const { rtpCapabilities } = router;
    const consumers = [];
    for (let i = 0; i < 3; i++) consumers.push(await transport.consume({ producerId: producer.id, rtpCapabilities }));
    s.step('consumers hear before the answer');
    await producer.pause();
    await s.request('PRODUCER_PAUSE', producer.id);
    await producer.dump();
    await consumers[0].dump();
    s.step('a consumer of a paused producer');
    const late = await transport.consume({ producerId: producer.id, rtpCapabilities, paused: true });
    await late.dump();
    s.step('resumed');
    await producer.resume();
    await s.request('PRODUCER_RESUME', producer.id);
    s.step('closed');
    producer.close();
    await router.dump();
    await s.request('CONSUMER_DUMP', consumers[0].id);
    await transport.dump();
    await s.worker.dump();
  },

  async 'scores of each stream'(s) {
    const { transport } = await open(s);
    const producer = await transport.produce(videoProducer({ encodings: simulcastBySsrc }));
    for (const ssrc of [2001, 2005, 2003]) {
      s.step(`stream ${ssrc}`);
      producer.send(rtp({ payloadType: 112, ssrc, sequence: 1, payload: vp8({ keyFrame: true }) }));
      await s.event('PRODUCER_SCORE');
    }
    await producer.dump();
    await producer.getStats();
    s.step('RTX joins its stream');
    producer.send(rtp({ payloadType: 113, ssrc: 2002, sequence: 1, payload: [0, 2, ...vp8({ keyFrame: false })] }));
    await producer.dump();
    await producer.getStats();
    await transport.dump();
  },

  async 'orientation'(s) {
    const { transport } = await open(s);
    const names = ['mid', 'rid', 'repairedRid', 'orientation'];
    const producer = await transport.produce(videoProducer({ encodings: [{ ssrc: 1001 }], names }));
    let sequence = 1;
    for (const value of [0x00, 0x00, 0x01, 0x0b, 0x0e, 0x0f]) {
      const payload = vp8({ keyFrame: sequence === 1 });
      producer.send(rtp({ payloadType: 112, ssrc: 1001, sequence: sequence++, payload, extensions: { 4: [value] } }));
    }
    await s.event('PRODUCER_VIDEO_ORIENTATION_CHANGE', 5);
  },

  async 'every header extension'(s) {
    const { router, transport } = await open(s);
    const videoNames = Object.keys(extensions).filter((name) => name !== 'audioLevel');
    const id = Object.fromEntries(videoNames.map((name, index) => [name, index + 1]));
    const video = await transport.produce(videoProducer({ encodings: [{ ssrc: 1001 }], names: videoNames, mid: 'v' }));
    const viewer = await transport.consume({ producerId: video.id, rtpCapabilities: router.rtpCapabilities });
    s.note('viewer', viewer.rtpParameters.headerExtensions);
    const packet = { payloadType: 112, ssrc: 1001, payload: vp8({ keyFrame: true }), marker: true };
    s.step('all at once');
    const all = {
      [id.mid]: Buffer.from('v'),
      [id.absSendTime]: [1, 2, 3],
      [id.transportCc]: [0, 9],
      [id.orientation]: [2],
      [id.timeOffset]: [0, 0, 7],
      [id.captureTime]: [0, 0, 0, 1, 0, 0, 0, 2],
      [id.playoutDelay]: [0, 16, 1],
    };
    video.send(rtp({ ...packet, sequence: 1, timestamp: 3000, extensions: all }));
    await s.event('CONSUMER_RTP');
    s.step('none');
    video.send(rtp({ ...packet, sequence: 2, timestamp: 6000 }));
    await s.event('CONSUMER_RTP');
    s.step('one at a time');
    let sequence = 3;
    for (const [key, value] of Object.entries(all)) {
      video.send(rtp({ ...packet, sequence, timestamp: 3000 * sequence++, extensions: { [key]: value } }));
      await s.event('CONSUMER_RTP');
    }
    s.step('of a wrong size');
    for (const key of Object.keys(all)) {
      video.send(rtp({ ...packet, sequence, timestamp: 3000 * sequence++, extensions: { [key]: [1, 2, 3, 4, 5] } }));
      await s.event('CONSUMER_RTP');
    }
    s.step('ids of packets of an audio producer');
    const audio = await transport.produce(
      audioProducer({ ssrc: 1101, enableMediasoupPacketIdHeaderExtension: true, names: ['mid', 'audioLevel', 'captureTime'] }),
    );
    const listener = await transport.consume({ producerId: audio.id, rtpCapabilities: router.rtpCapabilities });
    s.note('listener', listener.rtpParameters.headerExtensions);
    for (let i = 1; i < 4; i++) {
      audio.send(rtp({ payloadType: 111, ssrc: 1101, sequence: i, timestamp: 960 * i, extensions: { 2: [0x80 | i] } }));
    }
    await s.event('CONSUMER_RTP', 3);
  },

  async 'codecs through'(s) {
    const { router, transport } = await open(s);
    const { rtpCapabilities } = router;
    const video = await transport.produce(
      videoProducer({ mimeType: 'video/H264', parameters: h264Parameters, encodings: [{ ssrc: 1001 }] }),
    );
    await transport.consume({ producerId: video.id, rtpCapabilities });
    s.step('H264: nothing until a key frame');
    const send = (sequence, keyFrame) =>
      video.send(rtp({ payloadType: 112, ssrc: 1001, sequence, timestamp: 3000 * sequence, payload: h264({ keyFrame }) }));
    send(1, false);
    send(2, false);
    send(3, true);
    send(4, false);
    await s.event('CONSUMER_RTP', 2);
    s.step('PCMU');
    const audio = await transport.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [{ mimeType: 'audio/PCMU', payloadType: 0, clockRate: 8000 }],
        encodings: [{ ssrc: 1101 }],
        rtcp: { cname: 'c' },
      },
    });
    await transport.consume({ producerId: audio.id, rtpCapabilities });
    audio.send(rtp({ payloadType: 0, ssrc: 1101, sequence: 1, timestamp: 160 }));
    await s.event('CONSUMER_RTP');
    await audio.getStats();
    await video.getStats();
  },
};
