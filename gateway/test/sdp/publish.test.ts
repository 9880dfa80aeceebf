import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as sdpTransform from 'sdp-transform';
import { NegotiationError, PublishConnection, publish, SdpError } from '../../src/sdp/index.ts';
import type { FakeTransport } from '../support/fake-router.ts';
import { FakeRouter } from '../support/fake-router.ts';
import { fixture, lineNumber, smallOffer, TestFingerprint } from '../support/sdp.ts';

const transport = {
  listen: { listenInfos: [{ protocol: 'udp' as const, ip: '127.0.0.1' }, { protocol: 'tcp' as const, ip: '127.0.0.1' }] },
};

describe('an offer becomes Producers and an answer', () => {
  let router: FakeRouter;
  let connection: PublishConnection;
  const fake = (): FakeTransport => router.transports[0]!;

  beforeEach(async () => {
    router = new FakeRouter();
    connection = await PublishConnection.create(router.asRouter, { transport });
  });

  test('with codecs, feedback, RTX, SSRCs and msid', async () => {
    const { added, removed, rejected } = await connection.negotiate(smallOffer());
    assert.deepEqual(
      added.map(({ mid, streamId, trackId }) => ({ mid, streamId, trackId })),
      [
        { mid: 'a', streamId: 'camera', trackId: 'microphone-1' },
        { mid: 'v', streamId: 'camera', trackId: 'lens-1' },
      ],
    );
    assert.deepEqual([removed, rejected], [[], []]);
    const video = fake().producers[1]!.rtpParameters;
    assert.deepEqual(
      video.codecs.map(({ mimeType, payloadType }) => [mimeType, payloadType]),
      [['video/VP8', 96], ['video/rtx', 97]],
    );
    // REMB goes where transport-wide feedback was agreed.
    assert.deepEqual(
      video.codecs[0]!.rtcpFeedback?.map(({ type, parameter }) => `${type} ${parameter}`.trim()),
      ['nack', 'nack pli', 'transport-cc'],
    );
    assert.deepEqual(video.encodings, [{ ssrc: 2001, rtx: { ssrc: 2002 }, dtx: false }]);
    assert.equal(video.mid, 'v');
    assert.equal(video.msid, 'camera lens-1');
    assert.deepEqual(fake().connected, [
      { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: TestFingerprint }] },
    ]);
  });

  test('the answer mirrors the m-sections', async () => {
    const { answer } = await connection.negotiate(smallOffer());
    const parsed = sdpTransform.parse(answer);
    assert.equal(parsed.icelite, 'ice-lite');
    assert.equal(parsed.groups?.[0]?.mids, 'a v');
    assert.deepEqual(
      parsed.media.map(({ type, mid, direction, setup, rtcpMux }) => ({ type, mid, direction, setup, rtcpMux })),
      [
        { type: 'audio', mid: 'a', direction: 'recvonly', setup: 'passive', rtcpMux: 'rtcp-mux' },
        { type: 'video', mid: 'v', direction: 'recvonly', setup: 'passive', rtcpMux: 'rtcp-mux' },
      ],
    );
    assert.deepEqual(parsed.media[1]!.candidates?.map(({ transport: protocol, tcptype }) => [protocol, tcptype]), [
      ['udp', undefined],
      ['tcp', 'passive'],
    ]);
    assert.equal(parsed.media[1]!.payloads, '96 97');
    assert.equal(parsed.media[1]!.ssrcs, undefined);
  });

  for (const [codec, described] of [['video/VP8', false], ['video/VP9', true], ['video/AV1', true]] as const) {
    test(`the dependency descriptor is ${described ? 'agreed' : 'left out'} for ${codec}`, async () => {
      const preferring = await PublishConnection.create(router.asRouter, { transport, codecPreference: [codec] });
      const { added } = await preferring.negotiate(fixture('chromium-simulcast.sdp'));
      const { codecs, headerExtensions } = added.find(({ producer }) => producer.kind === 'video')!.producer.rtpParameters;
      assert.equal(codecs[0]!.mimeType, codec);
      assert.equal(headerExtensions!.some(({ uri }) => uri.includes('dependency-descriptor')), described);
    });
  }

  test('the same offer again changes nothing', async () => {
    await connection.negotiate(smallOffer());
    const { added, removed, answer } = await connection.negotiate(smallOffer());
    assert.deepEqual([added, removed], [[], []]);
    assert.equal(fake().producers.length, 2);
    assert.equal(sdpTransform.parse(answer).origin.sessionVersion, 2);
  });

  test('a track that goes inactive is closed, and made anew when it sends again', async () => {
    await connection.negotiate(smallOffer());
    const off = smallOffer().replace('a=mid:v\r\na=sendonly', 'a=mid:v\r\na=inactive');
    const first = await connection.negotiate(off);
    assert.deepEqual(first.removed.map(({ mid }) => mid), ['v']);
    assert.equal(fake().producers[1]!.closed, true);
    assert.equal(sdpTransform.parse(first.answer).media[1]!.direction, 'inactive');
    const second = await connection.negotiate(smallOffer());
    assert.deepEqual(second.added.map(({ mid }) => mid), ['v']);
    assert.equal(connection.tracks.length, 2);
  });

  test('a rejected m-section is used again under a new mid', async () => {
    await connection.negotiate(smallOffer());
    const stopped = smallOffer().replace('m=video 9', 'm=video 0').replace('BUNDLE a v', 'BUNDLE a');
    assert.deepEqual((await connection.negotiate(stopped)).removed.map(({ mid }) => mid), ['v']);
    const again = smallOffer().replace('a=mid:v', 'a=mid:w').replace('BUNDLE a v', 'BUNDLE a w');
    assert.deepEqual((await connection.negotiate(again)).added.map(({ mid }) => mid), ['w']);
  });

  test('a changed ICE user fragment restarts ICE', async () => {
    const before = sdpTransform.parse((await connection.negotiate(smallOffer())).answer);
    const { answer } = await connection.negotiate(smallOffer().replace('ice-ufrag:abcd', 'ice-ufrag:wxyz'));
    assert.notEqual(sdpTransform.parse(answer).media[0]!.iceUfrag, before.media[0]!.iceUfrag);
  });

  test('a changed certificate is refused', async () => {
    await connection.negotiate(smallOffer());
    const other = smallOffer().replace(TestFingerprint, TestFingerprint.replace('0E', '0F'));
    await assert.rejects(connection.negotiate(other), NegotiationError);
  });

  test('a mid that changes under a living track is refused', async () => {
    await connection.negotiate(smallOffer());
    const sdp = smallOffer().replace('a=mid:v', 'a=mid:w').replace('BUNDLE a v', 'BUNDLE a w');
    await assert.rejects(connection.negotiate(sdp), (error: SdpError) => error.lineNumber === lineNumber(sdp, 'a=mid:w'));
  });

  test('what cannot be served is turned down, and the rest goes on', async () => {
    const sdp = smallOffer().replace('VP8/90000', 'H263/90000');
    const { answer, added, rejected } = await connection.negotiate(sdp);
    assert.deepEqual(added.map(({ mid }) => mid), ['a']);
    assert.equal(rejected[0]?.error.lineNumber, lineNumber(sdp, 'm=video'));
    const parsed = sdpTransform.parse(answer);
    assert.equal(parsed.media[1]!.port, 0);
    assert.equal(parsed.groups?.[0]?.mids, 'a');
  });

  test('an offer with nothing to serve is an error that names the line', async () => {
    const sdp = smallOffer().replace('VP8/90000', 'H263/90000').replace('opus/48000/2', 'speex/16000');
    await assert.rejects(connection.negotiate(sdp), (error: SdpError) => error.lineNumber === lineNumber(sdp, 'm=audio'));
    assert.equal(fake().connected.length, 0);
  });

  test('when one Producer fails, none stays', async () => {
    fake().failProduce = 2;
    await assert.rejects(connection.negotiate(smallOffer()), /produce\(\) failed/);
    assert.deepEqual(fake().producers.map(({ closed }) => closed), [true]);
    assert.deepEqual(connection.tracks, []);
  });

  test('a peer that ends DTLS ends the connection and its Producers', async () => {
    await connection.negotiate(smallOffer());
    let closes = 0;
    connection.on('close', () => (closes += 1));
    fake().emit('dtlsstatechange', 'closed');
    assert.deepEqual([connection.closed, closes], [true, 1]);
    assert.ok(fake().producers.every(({ closed }) => closed));
    await assert.rejects(connection.negotiate(smallOffer()), NegotiationError);
  });

  test('offers that come together are taken in turn', async () => {
    const results = await Promise.all([connection.negotiate(smallOffer()), connection.negotiate(smallOffer())]);
    assert.deepEqual(results.map(({ added }) => added.length), [2, 0]);
  });
});

test('a sender that is passive makes us active', async () => {
  const { answer } = await publish(new FakeRouter().asRouter, smallOffer().replace('actpass', 'passive'), { transport });
  assert.equal(sdpTransform.parse(answer).media[0]!.setup, 'active');
});

test('simulcast by rid is answered as such, or as one stream when it is off', async () => {
  const simulcast = smallOffer()
    .replace(/a=ssrc-group:FID[^]*$/, '')
    .concat('a=extmap:5 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n')
    .concat('a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;~f\r\n');
  const on = await publish(new FakeRouter().asRouter, simulcast, { transport });
  assert.deepEqual(on.added[1]!.producer.rtpParameters.encodings?.map(({ rid }) => rid), ['q', 'h', 'f']);
  const media = sdpTransform.parse(on.answer).media[1]!;
  assert.deepEqual(media.simulcast, { dir1: 'recv', list1: 'q;h;f' });
  assert.equal(media.ext?.length, 2);
  const off = await publish(new FakeRouter().asRouter, simulcast, { transport, simulcast: false });
  assert.deepEqual(off.added[1]!.producer.rtpParameters.encodings, [{ dtx: false }]);
  assert.equal(sdpTransform.parse(off.answer).media[1]!.simulcast, undefined);
});

test('a room can prefer a codec', async () => {
  const both = smallOffer()
    .replace('SAVPF 96 97', 'SAVPF 96 97 98')
    .concat('a=rtpmap:98 H264/90000\r\n')
    .concat('a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n');
  const router = new FakeRouter();
  const { added } = await publish(router.asRouter, both, { transport, codecPreference: ['video/h264'] });
  const [codec] = added[1]!.producer.rtpParameters.codecs;
  assert.equal(codec?.mimeType, 'video/H264');
  assert.equal(codec?.parameters?.['profile-level-id'], '42e01f');
});

test('candidates can be limited to TCP', async () => {
  const router = new FakeRouter();
  const { answer } = await publish(router.asRouter, smallOffer(), { transport: { ...transport, protocols: 'tcp' } });
  assert.deepEqual(sdpTransform.parse(answer).media[0]!.candidates?.map((candidate) => candidate.transport), ['tcp']);
});
