import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask } from '../support/http.ts';
import { smallOffer } from '../support/sdp.ts';
import { startTestService } from '../support/service.ts';
import { fragment, parse, patch, playerAnswer, playerOffer, Sdp, sessionOf, whep, whip } from '../support/wish.ts';
import { describeSharedRules } from './rules.ts';

describeSharedRules({ name: 'WHEP', endpoint: 'api/rooms/r1/whep', post: whep, direction: 'sendonly', needsPublisher: true });

const OfUser = 'api/rooms/r1/users/obs/whep';

describe('WHEP: what an offer may be', () => {
  for (const [rule, change, status] of [
    ['sendrecv is taken', (sdp: string) => sdp.replaceAll('a=recvonly', 'a=sendrecv'), 201],
    ['sendonly: 422', (sdp: string) => sdp.replaceAll('a=recvonly', 'a=sendonly'), 422],
    ['inactive: 422', (sdp: string) => sdp.replace('a=recvonly', 'a=inactive'), 422],
    ['none of the codecs: 422', (sdp: string) => sdp.replace('VP8/', 'H261/').replace('opus/', 'speex/'), 422],
    ['only sound: 201', (sdp: string) => sdp.slice(0, sdp.indexOf('m=video')).replace('BUNDLE a v', 'BUNDLE a'), 201],
  ] as const) {
    test(rule, async (context) => {
      const { url } = await startTestService(context);
      sessionOf(await whip(url));
      const answer = await whep(url, undefined, { body: change(playerOffer()) });
      assert.equal(answer.status, status, answer.text);
    });
  }

  test('two m-sections of a kind: 422', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const offer = playerOffer();
    const body = offer.replace('BUNDLE a v', 'BUNDLE a v w') + offer.slice(offer.indexOf('m=video')).replace('a=mid:v', 'a=mid:w');
    assert.equal((await whep(url, undefined, { body })).status, 422);
  });
});

describe('WHEP: the answer', () => {
  test('speaks the payload types of the offer, though the room has others', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const { media } = parse(sessionOf(await whep(url)).sdp);
    assert.deepEqual(media.map(({ payloads }) => String(payloads)), ['63', '45']);
    assert.deepEqual(media.map(({ rtp }) => rtp[0]!.codec), ['opus', 'VP8']);
  });

  test('is one MediaStream: every m-section has the same msid', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const { media } = parse(sessionOf(await whep(url)).sdp);
    assert.equal(new Set(media.map(({ msid }) => msid![0]!.id)).size, 1);
  });

  test('has only header extensions that the offer names by the same id', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    assert.deepEqual(parse(sessionOf(await whep(url)).sdp).media[1]!.ext ?? [], []);
  });
});

describe('WHEP: what is watched', () => {
  test('a user by name or id; who is not there: 409 with Retry-After', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url, 'api/rooms/r1/whip?name=obs'));
    sessionOf(await whep(url, OfUser));
    const { users } = JSON.parse((await ask(url, 'api/rooms/r1')).text) as { users: { id: string }[] };
    sessionOf(await whep(url, `api/rooms/r1/users/${users[0]!.id}/whep`));
    const missing = await whep(url, 'api/rooms/r1/users/nobody/whep');
    assert.equal(missing.status, 409);
    assert.ok(Number(missing.headers.get('retry-after')) > 0);
  });

  test('a room where nobody publishes: 409 with Retry-After, and no room is made', async (context) => {
    const { url } = await startTestService(context);
    const { status, headers } = await whep(url);
    assert.equal(status, 409);
    assert.ok(Number(headers.get('retry-after')) > 0);
    assert.equal((await ask(url, 'api/rooms')).text, '{"rooms":[]}');
  });

  test('when the user has gone, the session ends', async (context) => {
    const { url } = await startTestService(context);
    const published = sessionOf(await whip(url, 'api/rooms/r1/whip?name=obs'));
    const { path } = sessionOf(await whep(url, OfUser));
    await ask(url, published.path, { method: 'DELETE' });
    assert.equal((await ask(url, path)).status, 404);
  });

  test('a viewer counts as a user while it watches, and keeps the room', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_USERS: '2' });
    sessionOf(await whip(url));
    const { path } = sessionOf(await whep(url));
    assert.equal((await whep(url)).status, 503);
    await ask(url, path, { method: 'DELETE' });
    sessionOf(await whep(url));
  });

  test('viewers of one layout share one Router beside the room, which ends with the last', async (context) => {
    const { url, workers } = await startTestService(context);
    sessionOf(await whip(url));
    const routers = (): number => workers.loads[0]!.routers;
    const paths = [sessionOf(await whep(url)).path, sessionOf(await whep(url)).path];
    assert.equal(routers(), 2);
    sessionOf(await whep(url, undefined, { body: playerOffer().replaceAll(/\b45\b/g, '99') }));
    assert.equal(routers(), 3);
    for (const path of paths) await ask(url, path, { method: 'DELETE' });
    assert.equal(routers(), 2);
  });
});

describe('WHEP: discovery', () => {
  test('HEAD of an endpoint: 200 with Content-Type application/sdp and no body', async (context) => {
    const { url } = await startTestService(context);
    const { status, type, text } = await ask(url, 'api/rooms/r1/whep', { method: 'HEAD' });
    assert.deepEqual([status, type.split(';')[0], text], [200, Sdp, '']);
  });
});

describe('WHEP: counter-offer', () => {
  test('406 with our offer, Location, ETag and until when it holds', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const answer = await whep(url, 'api/rooms/r1/whep?offer=server');
    const { sdp, etag } = sessionOf(answer, 406);
    const [, until] = /^application\/sdp; valid-until="([^"]+)"$/.exec(answer.type) ?? [];
    const inMs = Date.parse(until!) - Date.now();
    assert.ok(inMs > 20_000 && inMs <= 31_000, `${inMs} ms`);
    assert.match(etag, /^"/);
    const { media } = parse(sdp);
    assert.deepEqual(media.map(({ direction }) => direction), ['sendonly', 'sendonly']);
    assert.equal(new Set(media.map(({ msid }) => msid![0]!.id)).size, 1);
    assert.match(String(media[1]!.payloads), / /, 'RTX is in it');
  });

  test('its answer by PATCH: 204; then trickle as always', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const { path, sdp, etag } = sessionOf(await whep(url, 'api/rooms/r1/whep?offer=server'), 406);
    assert.equal((await patch(url, path, fragment({ mid: '0' }), etag)).status, 409, 'not before the answer');
    const answered = await patch(url, path, playerAnswer(sdp), undefined, { type: Sdp });
    assert.deepEqual([answered.status, answered.text], [204, '']);
    const mine = fragment({ mid: '0', ufrag: 'peer', pwd: 'q'.repeat(24) });
    assert.equal((await patch(url, path, mine, etag)).status, 204);
  });

  test('a malformed answer: 400, and a good one is taken after it', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const { path, sdp } = sessionOf(await whep(url, 'api/rooms/r1/whep?offer=server'), 406);
    assert.equal((await patch(url, path, 'v=0\r\nnonsense\r\n', undefined, { type: Sdp })).status, 400);
    assert.equal((await patch(url, path, playerAnswer(sdp), undefined, { type: Sdp })).status, 204);
  });

  test('a second answer, or an SDP after 201: 422, as there is no renegotiation', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const counter = sessionOf(await whep(url, 'api/rooms/r1/whep?offer=server'), 406);
    await patch(url, counter.path, playerAnswer(counter.sdp), undefined, { type: Sdp });
    assert.equal((await patch(url, counter.path, playerAnswer(counter.sdp), undefined, { type: Sdp })).status, 422);
    const { path } = sessionOf(await whep(url));
    assert.equal((await patch(url, path, smallOffer(), undefined, { type: Sdp })).status, 422);
  });

  test('where a room serves as many layouts as it can, the next player gets one', async (context) => {
    const { url } = await startTestService(context);
    sessionOf(await whip(url));
    const statuses: number[] = [];
    for (let payloadType = 70; payloadType < 87; payloadType += 1) {
      const body = playerOffer().replaceAll(/\b45\b/g, String(payloadType));
      statuses.push((await whep(url, undefined, { body })).status);
    }
    assert.deepEqual(statuses, [...Array.from({ length: 16 }, () => 201), 406]);
  });
});
