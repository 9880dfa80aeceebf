import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import * as sdpTransform from 'sdp-transform';
import { answerTo, lineNumber, smallOffer } from '../support/sdp.ts';
import { startTestService } from '../support/service.ts';
import { SocketClient } from '../support/socket-client.ts';

interface Told {
  type: string;
  version?: number;
  sdp?: string;
}

async function call(
  base: string,
  method: string,
  path: string,
  body?: { type: string; text: string },
): Promise<{ status: number; type: string; text: string }> {
  const response = await fetch(new URL(path, base), {
    method,
    ...(body && { body: body.text, headers: { 'content-type': body.type } }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

const asSdp = (text: string): { type: string; text: string } => ({ type: 'application/sdp', text });
const asJson = (value: unknown): { type: string; text: string } => ({ type: 'application/json', text: JSON.stringify(value) });

describe('the service on a real worker', () => {
  test('a call over plain HTTP: join, publish, be offered, answer, leave', async (context) => {
    const { url } = await startTestService(context);
    const join = async (name: string): Promise<{ session: string; messages: Told[] }> => {
      const { status, text } = await call(url, 'POST', 'api/rooms/r1/users', asJson({ name }));
      assert.equal(status, 201, text);
      return JSON.parse(text) as { session: string; messages: Told[] };
    };
    const alice = await join('alice');
    const published = await call(url, 'PUT', `api/sessions/${alice.session}/publish`, asSdp(smallOffer()));
    assert.equal(published.status, 200, published.text);
    assert.match(published.type, /^application\/sdp/);
    assert.equal(sdpTransform.parse(published.text).media.length, 2);

    const bob = await join('bob');
    const events = await call(url, 'GET', `api/sessions/${bob.session}/events?waitMs=5000`);
    const told = [...bob.messages, ...(JSON.parse(events.text) as { messages: Told[] }).messages];
    const offer = told.find(({ type }) => type === 'offer');
    assert.ok(offer?.sdp);
    assert.deepEqual(
      sdpTransform.parse(offer.sdp).media.map(({ type, msid }) => `${type} ${msid?.[0]?.id}`),
      ['audio camera', 'video camera'],
    );
    const answerPath = `api/sessions/${bob.session}/answer?version=${offer.version}`;
    assert.equal((await call(url, 'PUT', answerPath, asSdp(answerTo(offer.sdp)))).status, 204);
    assert.equal((await call(url, 'PUT', answerPath, asSdp(answerTo(offer.sdp)))).status, 409);

    const rooms = JSON.parse((await call(url, 'GET', 'api/rooms')).text) as { rooms: { users: unknown[] }[] };
    assert.deepEqual(rooms.rooms.map(({ users }) => users.length), [2]);
    for (const { session } of [alice, bob]) {
      assert.equal((await call(url, 'DELETE', `api/sessions/${session}`)).status, 204);
    }
    assert.equal((await call(url, 'GET', 'api/rooms/r1')).status, 404);
  });

  test('mistakes get problem documents', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_BODY_BYTES: '4096', GATEWAY_MAX_USERS: '1' });
    const joined = await call(url, 'POST', 'api/rooms/r1/users', asJson({}));
    const { session } = JSON.parse(joined.text) as { session: string };
    const broken = smallOffer().replace('VP8/90000', 'VP8');
    const cases: [Promise<{ status: number; type: string; text: string }>, number, RegExp][] = [
      [call(url, 'POST', 'api/rooms/r1/users', asJson({})), 503, /full/],
      [call(url, 'POST', 'api/rooms/a%20b/users', asJson({})), 400, /room/],
      [call(url, 'POST', 'api/rooms/r2/users', asJson({ transport: 'pigeon' })), 400, /transport/],
      [call(url, 'POST', 'api/rooms/r2/users', { type: 'application/json', text: '{' }), 400, /./],
      [call(url, 'PUT', `api/sessions/${session}/publish`, asJson({})), 415, /application\/sdp/],
      [call(url, 'PUT', `api/sessions/${session}/publish`, asSdp('x'.repeat(5000))), 413, /large/],
      [call(url, 'PUT', `api/sessions/${session}/publish`, asSdp(broken)), 400, new RegExp(`"line":${lineNumber(broken, 'rtpmap:96')}\\b`)],
      [call(url, 'PUT', `api/sessions/${session}/answer?version=1`, asSdp(smallOffer())), 409, /offer 1/],
      [call(url, 'GET', 'api/sessions/6b5b1e2c-93d1-4b52-8bb7-000000000000/events'), 404, /session/],
      [call(url, 'GET', 'nowhere'), 404, /nowhere/],
    ];
    for (const [response, status, detail] of cases) {
      const { status: actual, type, text } = await response;
      assert.equal(actual, status, text);
      assert.match(type, /^application\/problem\+json/);
      assert.match(text, detail);
    }
  });

  test('pages of other sites are kept out', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_ALLOWED_ORIGINS: 'https://friend.example' });
    const get = async (origin: string): Promise<number> =>
      (await fetch(new URL('api/rooms', url), { headers: { origin } })).status;
    assert.equal(await get('https://stranger.example'), 403);
    assert.equal(await get('https://friend.example'), 200);
    assert.equal(await get(url.slice(0, -1)), 200);
    await assert.rejects(SocketClient.open(url, 'api/rooms/r1/socket', { origin: 'https://stranger.example' }), /403/);
  });

  test('users of a room hear of each other and get one offer for changes that come together', async (context) => {
    const { url } = await startTestService(context);
    const alice = await SocketClient.open(url, 'api/rooms/r1/socket?name=alice');
    await alice.next('joined');
    const bob = await SocketClient.open(url, 'api/rooms/r1/socket?name=bob&transport=tcp');
    const joined = await bob.next('joined');
    assert.deepEqual((joined['users'] as { name: string }[]).map(({ name }) => name), ['alice']);
    assert.equal(((await alice.next('userJoined'))['user'] as { name: string }).name, 'bob');

    alice.send({ type: 'publish', id: 7, sdp: smallOffer() });
    assert.equal((await alice.next('published'))['id'], 7);
    const offer = await bob.next('offer');
    const tracks = offer['tracks'] as { kind: string; user: { name: string } }[];
    assert.deepEqual(tracks.map(({ kind, user }) => `${kind} ${user.name}`), ['audio alice', 'video alice']);
    const candidates = sdpTransform.parse(offer['sdp'] as string).media[0]!.candidates;
    assert.deepEqual(candidates?.map(({ transport }) => transport), ['tcp']);
    bob.send({ type: 'answer', id: 8, version: offer['version'], sdp: answerTo(offer['sdp'] as string) });
    assert.equal((await bob.next('answered'))['id'], 8);

    alice.close();
    assert.equal(((await bob.next('userLeft'))['user'] as { name: string }).name, 'alice');
    const last = await bob.next('offer');
    assert.deepEqual(last['tracks'], []);
    bob.close();
  });

  test('a malformed message is answered and the socket lives', async (context) => {
    const { url } = await startTestService(context);
    const client = await SocketClient.open(url, 'api/rooms/r1/socket');
    await client.next('joined');
    for (const bad of ['{', '[]', '{"type":"dance","id":3}', '{"type":"publish","id":4}']) {
      client.send(bad);
      const { problem } = (await client.next('error')) as unknown as { problem: { status: number } };
      assert.equal(problem.status, 400);
    }
    client.send({ type: 'unpublish', id: 5 });
    assert.equal((await client.next('unpublished'))['id'], 5);
    client.close();
  });

  test('a dead worker is replaced and its users are told to reconnect', async (context) => {
    const { url, workers } = await startTestService(context);
    const client = await SocketClient.open(url, 'api/rooms/r1/socket');
    await client.next('joined');
    const [pid] = workers.pids;
    const replaced = once(workers, 'replaced');
    process.kill(pid!, 'SIGKILL');
    const closed = await client.next('closed');
    assert.deepEqual([closed['reason'], closed['reconnect']], ['worker-died', true]);
    assert.equal(await client.closed(), 4000);
    // At this moment no worker is up: joining waits for the new one.
    const again = await SocketClient.open(url, 'api/rooms/r1/socket');
    assert.equal((await again.next('joined'))['room'], 'r1');
    await replaced;
    assert.notDeepEqual(workers.pids, [pid]);
    again.close();
  });

  test('all users can share one port a worker', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_SHARED_PORT: '1' });
    const ports = new Set<number>();
    for (const name of ['one', 'two']) {
      const client = await SocketClient.open(url, `api/rooms/r1/socket?name=${name}`);
      await client.next('joined');
      client.send({ type: 'publish', id: 1, sdp: smallOffer() });
      const { sdp } = await client.next('published');
      const candidates = sdpTransform.parse(sdp as string).media[0]!.candidates ?? [];
      for (const { transport, port } of candidates) if (transport === 'udp') ports.add(port);
    }
    assert.equal(ports.size, 1);
  });
});
