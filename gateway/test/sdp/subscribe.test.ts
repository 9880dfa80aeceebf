import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { types } from 'mediasoup';
import * as sdpTransform from 'sdp-transform';
import { NegotiationError, OfferScheduler, publish, SubscribeConnection, type SubscribeOffer } from '../../src/sdp/index.ts';
import { FakeRouter, type FakeTransport } from '../support/fake-router.ts';
import { answerTo, smallOffer } from '../support/sdp.ts';

const transport = { listen: { listenInfos: [{ protocol: 'udp' as const, ip: '127.0.0.1' }] } };

/** Publishes one camera (audio and video) under a stream id. */
async function camera(router: FakeRouter, streamId: string, change = (sdp: string): string => sdp): Promise<types.Producer[]> {
  const offer = change(smallOffer().replaceAll('msid:camera', `msid:${streamId}`));
  const { added } = await publish(router.asRouter, offer, { transport });
  return added.map(({ producer }) => producer);
}

function sections(sdp: string): string[] {
  return sdpTransform
    .parse(sdp)
    .media.map(({ type, mid, port, direction, msid }) => `${type} ${mid} ${port} ${direction} ${msid?.[0]?.id ?? '-'}`);
}

describe('wanted Producers become offers', () => {
  let router: FakeRouter;
  let connection: SubscribeConnection;
  let fake: FakeTransport;

  beforeEach(async () => {
    router = new FakeRouter();
    connection = await SubscribeConnection.create(router.asRouter, { transport });
    fake = router.transports[0]!;
  });

  async function negotiate(producers: types.Producer[], choices = {}): Promise<string> {
    connection.setProducers(producers);
    const offer = await connection.createOffer();
    assert.ok(offer);
    await connection.acceptAnswer(answerTo(offer.sdp, choices));
    return offer.sdp;
  }

  test('all in one, with msid kept and Consumers waiting for the answer', async () => {
    const producers = [...(await camera(router, 'alice')), ...(await camera(router, 'bob'))];
    connection.setProducers(producers);
    const offer = await connection.createOffer();
    assert.deepEqual(sections(offer!.sdp), [
      'audio 0 9 sendonly alice',
      'video 1 9 sendonly alice',
      'audio 2 9 sendonly bob',
      'video 3 9 sendonly bob',
    ]);
    assert.deepEqual(offer!.tracks.map(({ mid, streamId, trackId }) => `${mid} ${streamId} ${trackId}`), [
      '0 alice microphone-1',
      '1 alice lens-1',
      '2 bob microphone-1',
      '3 bob lens-1',
    ]);
    assert.ok(fake.consumers.every(({ paused }) => paused));
    const { started } = await connection.acceptAnswer(answerTo(offer!.sdp));
    assert.equal(started.length, 4);
    assert.ok(fake.consumers.every(({ paused }) => !paused));
    assert.equal(fake.connected[0]?.role, 'client');
  });

  test('an offer says how it is to be received: RTX, feedback, extensions, CNAME', async () => {
    const video = sdpTransform.parse(await negotiate(await camera(router, 'alice'))).media[1]!;
    assert.match(video.payloads!, /^\d+ \d+$/);
    assert.equal(video.rtp[1]!.codec, 'rtx');
    assert.equal(video.ssrcGroups?.[0]?.semantics, 'FID');
    assert.ok(video.rtcpFb?.some(({ type, subtype }) => type === 'nack' && subtype === 'pli'));
    assert.ok(!video.rtcpFb?.some(({ type }) => type === 'goog-remb'));
    assert.ok(video.ext?.some(({ uri }) => uri === 'urn:ietf:params:rtp-hdrext:sdes:mid'));
    assert.ok(!video.ext?.some(({ uri }) => uri.startsWith('urn:mediasoup:')));
    assert.equal(video.ssrcs?.find(({ attribute }) => attribute === 'cname')?.value, 'someone');
  });

  test('nothing changed means no offer', async () => {
    assert.equal(await connection.createOffer(), undefined);
    const producers = await camera(router, 'alice');
    await negotiate(producers);
    connection.setProducers(producers);
    assert.equal(await connection.createOffer(), undefined);
  });

  test('m-sections keep mids; those of gone tracks are inactive and taken again by kind', async () => {
    const alice = await camera(router, 'alice');
    const bob = await camera(router, 'bob');
    await negotiate([...alice, ...bob]);
    assert.deepEqual(sections(await negotiate(bob)), [
      'audio 0 9 inactive -',
      'video 1 9 inactive -',
      'audio 2 9 sendonly bob',
      'video 3 9 sendonly bob',
    ]);
    const carol = await camera(router, 'carol');
    assert.deepEqual(sections(await negotiate([...bob, ...carol])), [
      'audio 0 9 sendonly carol',
      'video 1 9 sendonly carol',
      'audio 2 9 sendonly bob',
      'video 3 9 sendonly bob',
    ]);
    assert.equal(fake.connected.length, 1);
  });

  test('what the peer turns down is not offered again, and its m-section takes a new mid', async () => {
    const alice = await camera(router, 'alice');
    await negotiate(alice, { reject: ['1'] });
    assert.equal(connection.tracks.length, 1);
    assert.equal(await connection.createOffer(), undefined);
    const bob = await camera(router, 'bob');
    assert.deepEqual(sections(await negotiate([...alice, ...bob])), [
      'audio 0 9 sendonly alice',
      'audio 2 9 sendonly bob',
      'video 3 9 sendonly bob',
    ]);
  });

  test('a track answered as inactive does not flow', async () => {
    connection.setProducers(await camera(router, 'alice'));
    const offer = await connection.createOffer();
    const { started, refused } = await connection.acceptAnswer(answerTo(offer!.sdp, { inactive: ['0'] }));
    assert.deepEqual([started.length, refused.length], [1, 1]);
    assert.equal(fake.consumers[0]!.closed, true);
  });

  test('a Producer that closes while its offer is under way is gone in the next', async () => {
    const alice = await camera(router, 'alice');
    connection.setProducers(alice);
    const offer = await connection.createOffer();
    let changes = 0;
    connection.on('change', () => (changes += 1));
    alice[1]!.close();
    await connection.acceptAnswer(answerTo(offer!.sdp));
    assert.equal(changes, 1);
    const next = await connection.createOffer();
    assert.deepEqual(sections(next!.sdp), ['audio 0 9 sendonly alice', 'video 1 9 inactive -']);
  });

  test('one payload type means the same everywhere, whatever publishers say', async () => {
    const alice = await camera(router, 'alice');
    const bob = await camera(router, 'bob', (sdp) => sdp.replace('useinbandfec=1', 'useinbandfec=1;stereo=1'));
    const parsed = sdpTransform.parse(await negotiate([...alice, ...bob]));
    const configs = parsed.media.filter(({ type }) => type === 'audio').map(({ fmtp }) => fmtp[0]!.config);
    assert.equal(configs.length, 2);
    assert.equal(configs[0], configs[1]);
  });

  test('an msid that is taken, or that cannot stand in an SDP, spoils nobody\'s offer', async () => {
    const alice = await camera(router, 'alice');
    const copy = await camera(router, 'alice');
    const odd = await camera(router, 'al\u00efce');
    const parsed = sdpTransform.parse(await negotiate([...alice, ...copy, ...odd]));
    const msids = parsed.media.map(({ msid }) => `${msid?.[0]?.id} ${msid?.[0]?.appdata}`);
    assert.equal(new Set(msids).size, 6);
    assert.deepEqual(msids.slice(0, 2), ['alice microphone-1', 'alice lens-1']);
    for (const msid of msids) assert.match(msid, /^[!-~]+ [!-~]+$/);
    const lines = parsed.media.map(({ ssrcs }) => ssrcs?.find(({ attribute }) => attribute === 'msid')?.value);
    assert.deepEqual(lines, msids);
  });

  test('a codec the peer cannot receive is not offered', async () => {
    const audioOnly = { codecs: router.rtpCapabilities.codecs!.filter(({ kind }) => kind === 'audio'), headerExtensions: [] };
    const limited = await SubscribeConnection.create(router.asRouter, { transport, rtpCapabilities: audioOnly });
    limited.setProducers(await camera(router, 'alice'));
    assert.deepEqual(sections((await limited.createOffer())!.sdp), ['audio 0 9 sendonly alice']);
  });

  test('steps out of order are refused', async () => {
    await assert.rejects(connection.acceptAnswer(smallOffer()), NegotiationError);
    connection.setProducers(await camera(router, 'alice'));
    const offer = await connection.createOffer();
    await assert.rejects(connection.createOffer(), NegotiationError);
    await assert.rejects(connection.acceptAnswer(smallOffer().replace(/m=video[^]*/, '')), NegotiationError);
    await assert.rejects(connection.acceptAnswer('v=0\r\n'), /SDP line 1/);
    assert.equal(connection.pendingOffer, offer);
    await connection.acceptAnswer(answerTo(offer!.sdp));
  });

  test('ICE restarts on demand', async () => {
    const before = await negotiate(await camera(router, 'alice'));
    const offer = await connection.createOffer({ iceRestart: true });
    const ufrag = (sdp: string): string | undefined => sdpTransform.parse(sdp).media[0]!.iceUfrag;
    assert.notEqual(ufrag(offer!.sdp), ufrag(before));
  });

  test('80 tracks fit one offer', async () => {
    const producers: types.Producer[] = [];
    for (let index = 0; index < 40; index += 1) producers.push(...(await camera(router, `user${index}`)));
    assert.equal(sections(await negotiate(producers)).length, 80);
  });
});

test('the scheduler gathers changes into one offer, and those under way into the next', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const router = new FakeRouter();
  const connection = await SubscribeConnection.create(router.asRouter, { transport });
  const offers: SubscribeOffer[] = [];
  const errors: unknown[] = [];
  const scheduler = new OfferScheduler(connection, {
    send: (offer) => offers.push(offer),
    onError: (error) => errors.push(error),
    windowMs: 20,
  });
  const settle = async (): Promise<void> => {
    context.mock.timers.tick(20);
    await new Promise((resolve) => setImmediate(resolve));
  };

  const alice = await camera(router, 'alice');
  const bob = await camera(router, 'bob');
  connection.setProducers(alice);
  scheduler.touch();
  connection.setProducers([...alice, ...bob]);
  scheduler.touch();
  await settle();
  assert.deepEqual(offers.map(({ tracks }) => tracks.length), [4]);

  for (const producer of bob) producer.close();
  await settle();
  assert.equal(offers.length, 1, 'nothing is offered while an answer is awaited');
  await scheduler.answer(answerTo(offers[0]!.sdp));
  await settle();
  assert.deepEqual(offers.map(({ tracks }) => tracks.length), [4, 2]);
  assert.deepEqual(errors, []);
});
