import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as sdpTransform from 'sdp-transform';
import { publish, subscribe } from '../../src/sdp/index.ts';
import { FakeRouter } from '../support/fake-router.ts';
import { answerTo, fixture } from '../support/sdp.ts';

const transport = { listen: { listenInfos: [{ protocol: 'udp' as const, ip: '127.0.0.1' }] } };

/** Made by Chromium 156 from its fake camera and microphone. */
describe('offers of Chromium', () => {
  test('audio and video', async () => {
    const offer = fixture('chromium-audio-video.sdp');
    const { added, answer } = await publish(new FakeRouter().asRouter, offer, { transport });
    const [audio, video] = added.map(({ producer }) => producer.rtpParameters);
    assert.equal(audio?.codecs.length, 1);
    assert.equal(audio?.codecs[0]?.mimeType, 'audio/opus');
    assert.deepEqual(audio?.codecs[0]?.parameters, { minptime: 10, useinbandfec: 1 });
    assert.deepEqual(video?.codecs.map(({ mimeType }) => mimeType), ['video/VP8', 'video/rtx']);
    assert.ok(video?.encodings?.[0]?.ssrc && video.encodings[0].rtx?.ssrc);
    assert.ok(audio?.encodings?.[0]?.ssrc);
    assert.deepEqual(
      video.headerExtensions?.map(({ uri }) => uri.split(/[:/]/).at(-1)).toSorted(),
      [
        'abs-send-time',
        'draft-holmer-rmcat-transport-wide-cc-extensions-01',
        'mid',
        'playout-delay',
        'toffset',
        'video-orientation',
      ],
    );
    assert.equal(new Set(added.map(({ streamId }) => streamId)).size, 1);
    assert.match(added[0]!.streamId, /^[0-9a-f-]{36}$/);
    const parsed = sdpTransform.parse(answer);
    assert.equal(parsed.extmapAllowMixed, 'extmap-allow-mixed');
    assert.equal(parsed.media.length, 2);
  });

  for (const mimeType of ['video/H264', 'video/VP9', 'video/AV1']) {
    test(`${mimeType} where the room prefers it`, async () => {
      const router = new FakeRouter();
      const options = { transport, codecPreference: [mimeType] };
      const { added } = await publish(router.asRouter, fixture('chromium-audio-video.sdp'), options);
      const [codec, rtx] = added[1]!.producer.rtpParameters.codecs;
      assert.equal(codec?.mimeType, mimeType);
      assert.equal(rtx?.parameters?.['apt'], codec?.payloadType);
      const { connection, offer } = await subscribe(router.asRouter, added.map(({ producer }) => producer), { transport });
      const { started } = await connection.acceptAnswer(answerTo(offer!.sdp));
      assert.equal(started.length, 2);
      assert.equal(started[1]!.consumer.rtpParameters.codecs[0]!.mimeType, mimeType);
    });
  }

  test('simulcast by rid', async () => {
    const { added, answer } = await publish(new FakeRouter().asRouter, fixture('chromium-simulcast.sdp'), { transport });
    assert.deepEqual(added[0]!.producer.rtpParameters.encodings?.map(({ rid }) => rid), ['q', 'h', 'f']);
    assert.deepEqual(sdpTransform.parse(answer).media[0]!.simulcast, { dir1: 'recv', list1: 'q;h;f' });
  });

  test('data channels beside tracks', async () => {
    const offer = fixture('chromium-addtrack-datachannel.sdp');
    const { added, rejected, answer } = await publish(new FakeRouter().asRouter, offer, { transport });
    assert.deepEqual([added.length, rejected.length], [2, 0]);
    const parsed = sdpTransform.parse(answer);
    const { type, protocol, sctpPort, maxMessageSize } = parsed.media[2]!;
    assert.deepEqual([type, protocol, sctpPort, maxMessageSize], ['application', 'UDP/DTLS/SCTP', 5000, 262_144]);
    assert.equal(parsed.groups?.[0]?.mids, '0 1 2');
  });

  test('data channels turned down where none are taken, and the tracks beside them are served', async () => {
    const offer = fixture('chromium-addtrack-datachannel.sdp');
    const options = { transport, dataChannels: { maxOpened: 0 } };
    const { added, rejected, answer } = await publish(new FakeRouter().asRouter, offer, options);
    assert.deepEqual([added.length, rejected.length], [2, 1]);
    assert.match(rejected[0]!.error.message, /m=application/);
    const parsed = sdpTransform.parse(answer);
    assert.equal(parsed.media[2]!.port, 0);
    assert.equal(parsed.groups?.[0]?.mids, '0 1');
  });

  test('m-sections that only receive publish nothing', async () => {
    const { added, answer } = await publish(new FakeRouter().asRouter, fixture('chromium-receive-only.sdp'), { transport });
    assert.deepEqual(added, []);
    assert.deepEqual(sdpTransform.parse(answer).media.map(({ direction }) => direction), ['inactive', 'inactive']);
  });
});
