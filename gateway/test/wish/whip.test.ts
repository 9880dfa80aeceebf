import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask } from '../support/http.ts';
import { smallOffer } from '../support/sdp.ts';
import { startTestService } from '../support/service.ts';
import { SocketClient } from '../support/socket-client.ts';
import { parse, sessionOf, whip } from '../support/wish.ts';
import { describeSharedRules } from './rules.ts';

describeSharedRules({ name: 'WHIP', endpoint: 'api/rooms/r1/whip', post: whip, direction: 'recvonly', needsPublisher: false });

describe('WHIP: what an offer may be', () => {
  for (const [rule, change, status] of [
    ['sendrecv is taken', (sdp: string) => sdp.replaceAll('a=sendonly', 'a=sendrecv'), 201],
    ['recvonly: 422', (sdp: string) => sdp.replaceAll('a=sendonly', 'a=recvonly'), 422],
    ['inactive: 422', (sdp: string) => sdp.replace('a=sendonly', 'a=inactive'), 422],
    ['setup:active is taken', (sdp: string) => sdp.replace('a=setup:actpass', 'a=setup:active'), 201],
    ['two MediaStreams: 422', (sdp: string) => sdp.replace('msid:camera lens', 'msid:screen lens'), 422],
    ['no msid is taken', (sdp: string) => sdp.replace(/a=msid:.*\r\n/g, ''), 201],
    ['a codec nobody serves: 4xx, no partly successful answer', (sdp: string) => sdp.replace('VP8/90000', 'H261/90000'), 422],
    ['no BUNDLE: 400', (sdp: string) => sdp.replace('a=group:BUNDLE a v\r\n', ''), 400],
    ['nothing to send: 422', (sdp: string) => sdp.replace(/m=(audio|video) 9/g, 'm=$1 0'), 422],
  ] as const) {
    test(rule, async (context) => {
      const { url } = await startTestService(context);
      const answer = await whip(url, undefined, { body: change(smallOffer()) });
      assert.equal(answer.status, status, answer.text);
      if (status !== 201) {
        assert.match(answer.type, /^application\/problem\+json/);
        assert.equal((await ask(url, 'api/rooms')).text, '{"rooms":[]}', 'nothing of it stays');
      }
    });
  }

  test('two tracks of a kind: 422', async (context) => {
    const { url } = await startTestService(context);
    const offer = smallOffer();
    const video = offer.slice(offer.indexOf('m=video')).replace('a=mid:v', 'a=mid:w').replaceAll('200', '300');
    const body = offer.replace('BUNDLE a v', 'BUNDLE a v w') + video;
    assert.equal((await whip(url, undefined, { body })).status, 422);
  });

  test('two tracks of a kind are more than WHIP has, but more tracks than allowed are the limit: 503', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_TRACKS: '1' });
    assert.equal((await whip(url)).status, 503);
  });
});

describe('WHIP: in the room', () => {
  test('the client is a user whose tracks the others are offered, with its msid, until DELETE', async (context) => {
    const { url } = await startTestService(context);
    const bob = await SocketClient.open(url, 'api/rooms/r1/socket?name=bob');
    await bob.next('joined');
    const { path } = sessionOf(await whip(url, 'api/rooms/r1/whip?name=obs'));
    assert.equal(((await bob.next('userJoined'))['user'] as { name: string }).name, 'obs');
    const offer = await bob.next('offer');
    const tracks = offer['tracks'] as { kind: string; user: { name: string } }[];
    assert.deepEqual(tracks.map(({ kind, user }) => `${kind} ${user.name}`), ['audio obs', 'video obs']);
    assert.deepEqual(parse(offer['sdp'] as string).media.map(({ msid }) => msid?.[0]?.id), ['camera', 'camera']);
    await ask(url, path, { method: 'DELETE' });
    assert.equal(((await bob.next('userLeft'))['user'] as { name: string }).name, 'obs');
    bob.close();
  });

  test('when the worker dies the session is gone and a new one can be made', async (context) => {
    const { url, workers } = await startTestService(context);
    const { path } = sessionOf(await whip(url));
    process.kill(workers.pids[0]!, 'SIGKILL');
    await new Promise((resolve) => workers.once('replaced', () => resolve(undefined)));
    assert.equal((await ask(url, path)).status, 404);
    sessionOf(await whip(url));
  });
});
