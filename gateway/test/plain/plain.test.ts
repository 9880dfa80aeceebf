import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { types } from 'mediasoup';
import { networkCheck } from '../../src/plain/networks.ts';
import { readPlainSdp } from '../../src/plain/sdp.ts';
import { ask, type Answer } from '../support/http.ts';
import { startTestService } from '../support/service.ts';
import { SocketClient } from '../support/socket-client.ts';
import { sessionOf, whep, whip } from '../support/wish.ts';

const announce = (url: string, tracks: unknown, query = ''): Promise<Answer> =>
  ask(url, `api/rooms/r1/rtp${query}`, { method: 'POST', type: 'application/json', body: JSON.stringify({ tracks }) });
const Vp8 = { kind: 'video', codec: 'VP8', payloadType: 96 };
const Opus = { kind: 'audio', codec: 'opus', payloadType: 111, ssrc: 4321 };

describe('plain RTP out', () => {
  test('the SDP: RTP/AVP to the asker, even ports, RTCP on the next, payload types and fmtp', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url, 'api/rooms/r1/whip?name=obs'));
    const { status, type, text, headers } = await ask(url, 'api/rooms/r1/users/obs/track.sdp?port=23000');
    assert.equal(status, 200, text);
    assert.match(type, /^application\/sdp/);
    assert.match(headers.get('location') ?? '', /^\/api\/plain-sessions\//);
    assert.match(text, /^c=IN IP4 127\.0\.0\.1\r$/m);
    assert.match(text, /^m=audio 23000 RTP\/AVP (\d+)\r\na=rtcp:23001\r\na=rtpmap:\1 opus\/48000\/2\r$/m);
    assert.match(text, /^m=video 23002 RTP\/AVP (\d+)\r\na=rtcp:23003\r\na=rtpmap:\1 VP8\/90000\r$/m);
  });

  test('one kind alone', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url, 'api/rooms/r1/whip?name=obs'));
    const { text } = await ask(url, 'api/rooms/r1/users/obs/track.sdp?port=23010&kind=video');
    assert.deepEqual(text.match(/^m=\S+ \d+/gm), ['m=video 23010']);
  });

  test('of whoever speaks, where no user is named', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const { status, text } = await ask(url, 'api/rooms/r1/track.sdp?port=23020');
    assert.equal(status, 200, text);
    assert.equal(text.match(/^m=/gm)?.length, 2);
  });

  test('asking again for the same port replaces the stream; DELETE ends it', async (context) => {
    const { url, rooms } = await startTestService(context);
    sessionOf(await whip(url, 'api/rooms/r1/whip?name=obs'));
    const router = rooms.get('r1')!.place.router;
    const first = await ask(url, 'api/rooms/r1/users/obs/track.sdp?port=23030');
    const count = async (): Promise<number> => (await router.dump()).transportIds.length;
    assert.equal(await count(), 3);
    const second = await ask(url, 'api/rooms/r1/users/obs/track.sdp?port=23030');
    assert.equal(await count(), 3);
    assert.equal((await ask(url, first.headers.get('location')!, { method: 'DELETE' })).status, 404);
    assert.equal((await ask(url, second.headers.get('location')!, { method: 'DELETE' })).status, 204);
    assert.equal(await count(), 1);
  });

  test('a port that is odd or out of bounds: 400', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    for (const port of ['5005', '80', '70000', 'x']) {
      assert.equal((await ask(url, `api/rooms/r1/track.sdp?port=${port}`)).status, 400, port);
    }
  });

  test('nothing published: 409 with Retry-After', async (context) => {
    const { url } = await startTestService(context);
    const { status, headers } = await ask(url, 'api/rooms/r1/track.sdp');
    assert.equal(status, 409);
    assert.ok(headers.has('retry-after'));
  });

  test('an asker of another network: 403, out and in; a forwarded address counts only behind a proxy', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_PLAIN_NETWORKS: '10.0.0.0/8' });
    sessionOf(await whip(url));
    const headers = { 'x-forwarded-for': '10.1.2.3' };
    assert.equal((await ask(url, 'api/rooms/r1/track.sdp', { headers })).status, 403);
    assert.equal((await announce(url, [Vp8])).status, 403);
    const proxied = await startTestService(context, { GATEWAY_PLAIN_NETWORKS: '10.0.0.0/8', GATEWAY_TRUST_PROXY: '1' });
    assert.equal((await ask(proxied.url, 'api/rooms/r1/track.sdp', { headers })).status, 409);
  });

  test('needs the right to watch', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_TOKENS: 'a-good-token' });
    assert.equal((await ask(url, 'api/rooms/r1/track.sdp')).status, 401);
  });
});

describe('plain RTP in', () => {
  test('announced in JSON: ports to send to, and a user of the room until DELETE', async (context) => {
    const { url } = await startTestService(context);
    const bob = await SocketClient.open(url, 'api/rooms/r1/socket?name=bob');
    await bob.next('joined');
    const { status, text, headers } = await announce(url, [Vp8, Opus], '?name=camera');
    assert.equal(status, 201, text);
    const { tracks } = JSON.parse(text) as { tracks: { kind: string; ssrc: number; port: number; rtcpPort: number; ip: string }[] };
    assert.deepEqual(tracks.map(({ kind, ip }) => `${kind} ${ip}`), ['video 127.0.0.1', 'audio 127.0.0.1']);
    assert.equal(tracks[1]!.ssrc, 4321);
    assert.ok(tracks[0]!.ssrc > 0, 'an SSRC is chosen where none is given');
    assert.equal(new Set(tracks.flatMap(({ port, rtcpPort }) => [port, rtcpPort])).size, 4);
    assert.equal(((await bob.next('userJoined'))['user'] as { name: string }).name, 'camera');
    assert.equal(((await bob.next('offer'))['tracks'] as unknown[]).length, 2);
    assert.equal((await ask(url, headers.get('location')!, { method: 'DELETE' })).status, 204);
    assert.equal(((await bob.next('userLeft'))['user'] as { name: string }).name, 'camera');
    bob.close();
  });

  test('all ports, in and out, are of the configured range', async (context) => {
    const [min, max] = [23_500, 23_540];
    const range = { GATEWAY_RTC_MIN_PORT: String(min), GATEWAY_RTC_MAX_PORT: String(max) };
    const { url, workers } = await startTestService(context, range);
    assert.equal((await announce(url, [Vp8, Opus], '?name=camera')).status, 201);
    assert.equal((await ask(url, 'api/rooms/r1/users/camera/track.sdp?port=23600')).status, 200);
    const transports = [...workers.inventory.rooms.get('r1')!.transports] as types.PlainTransport[];
    const tuples = transports.flatMap(({ tuple, rtcpTuple }) => [tuple, rtcpTuple!]);
    assert.equal(tuples.length, 8);
    assert.deepEqual(tuples.filter(({ localPort }) => localPort < min || localPort > max), []);
  });

  test('is watched by WHEP as any other', async (context) => {
    const { url } = await startTestService(context);
    await announce(url, [Vp8, Opus], '?name=camera');
    sessionOf(await whep(url, 'api/rooms/r1/users/camera/whep'));
  });

  test('announced by the SDP that ffmpeg prints', async (context) => {
    const { url } = await startTestService(context);
    const body =
      'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=No Name\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\na=tool:libavformat\r\n' +
      'm=video 5004 RTP/AVP 96\r\nb=AS:300\r\na=rtpmap:96 VP8/90000\r\n';
    const { status, text } = await ask(url, 'api/rooms/r1/rtp', { method: 'POST', type: 'application/sdp', body });
    assert.equal(status, 201, text);
    assert.match(text, /"codec":"video\/VP8","payloadType":96/);
  });

  test('a codec that the room does not take: 422, and nothing stays', async (context) => {
    const { url } = await startTestService(context);
    assert.equal((await announce(url, [Vp8, { ...Vp8, codec: 'H261' }])).status, 422);
    assert.equal((await ask(url, 'api/rooms')).text, '{"rooms":[]}');
  });

  for (const [what, tracks] of [
    ['no tracks', []],
    ['an unknown kind', [{ ...Vp8, kind: 'text' }]],
    ['a payload type out of bounds', [{ ...Vp8, payloadType: 128 }]],
    ['an SSRC of 0', [{ ...Vp8, ssrc: 0 }]],
    ['a key that there is not', [{ ...Vp8, address: '10.0.0.1' }]],
  ] as const) {
    test(`${what}: 400`, async (context) => {
      const { url } = await startTestService(context);
      assert.equal((await announce(url, tracks)).status, 400);
    });
  }

  test('more tracks than allowed: 503; another media type: 415', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_TRACKS: '1' });
    assert.equal((await announce(url, [Vp8, Opus])).status, 503);
    assert.equal((await ask(url, 'api/rooms/r1/rtp', { method: 'POST', type: 'text/plain', body: 'x' })).status, 415);
  });
});

describe('the parts', () => {
  test('networks: IPv4, IPv6, single addresses and IPv4 in IPv6', () => {
    const allowed = networkCheck(['127.0.0.0/8', '::1', 'fd00::/8', '192.0.2.7']);
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', 'fd12::1', '192.0.2.7', '::ffff:127.0.0.1']) assert.ok(allowed(address), address);
    for (const address of ['128.0.0.1', '::2', 'fe80::1', '192.0.2.8', '::ffff:10.0.0.1', 'localhost', '']) assert.ok(!allowed(address), address);
  });

  test('an announcement keeps what tells codecs apart, and H264 of ffmpeg is packetization mode 1', () => {
    const [video] = readPlainSdp('v=0\nm=video 1 RTP/AVP 97\na=rtpmap:97 H264/90000\na=fmtp:97 profile-level-id=42E01F; sprop-parameter-sets=Zx,aM\na=ssrc:77 cname:x\n');
    assert.deepEqual(video?.codec.parameters, { 'profile-level-id': '42E01F', 'packetization-mode': 1 });
    assert.equal(video?.ssrc, 77);
  });

  for (const [sdp, line] of [
    ['v=0\nnonsense\n', 2],
    ['v=0\nm=video x RTP/AVP 96\n', 2],
    ['v=0\nm=video 1 RTP/SAVP 96\na=rtpmap:96 VP8/90000\n', 2],
    ['v=0\ns=x\nm=video 1 RTP/AVP 96\n', 3],
    ['v=0\nm=application 1 RTP/AVP 96\n', 1],
    ['', 1],
  ] as const) {
    test(`${JSON.stringify(sdp)} is refused at line ${line}`, () => {
      assert.throws(() => readPlainSdp(sdp), new RegExp(`SDP line ${line}: `));
    });
  }
});
