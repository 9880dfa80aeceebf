import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { smallOffer } from '../support/sdp.ts';
import { ask } from '../support/http.ts';
import { startTestService } from '../support/service.ts';
import { SocketClient } from '../support/socket-client.ts';

const All = 'all-rights-token-1';
const Watcher = 'watch-only-token-2';
const OtherRoom = 'other-room-token-3';
const Config = `
auth:
  tokens:
    - token: ${All}
    - token: ${Watcher}
      may: [watch]
    - token: ${OtherRoom}
      rooms: [elsewhere]
`;

describe('bearer tokens', () => {
  let env: Record<string, string>;
  before(() => {
    const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
    writeFileSync(path, Config);
    env = { GATEWAY_CONFIG: path };
  });
  const joinRoom = { method: 'POST', type: 'application/json', body: '{}' };

  test('none: 401 with a challenge and a problem document', async (context) => {
    const { url } = await startTestService(context, env);
    const { status, headers, type } = await ask(url, 'api/rooms/r1/users', joinRoom);
    assert.equal(status, 401);
    assert.equal(headers.get('www-authenticate'), 'Bearer realm="sdp-gateway"');
    assert.match(type, /^application\/problem\+json/);
  });

  test('unknown ones, of any likeness to a known one: 401 invalid_token', async (context) => {
    const { url } = await startTestService(context, env);
    for (const token of ['x', All.slice(0, -1), `${All}1`, All.toUpperCase(), `${All},${Watcher}`, 'null']) {
      const { status, headers } = await ask(url, 'api/rooms/r1/users', { ...joinRoom, token });
      assert.equal(status, 401, token);
      assert.match(headers.get('www-authenticate') ?? '', /error="invalid_token"/);
    }
  });

  test('other schemes and malformed headers are no token', async (context) => {
    const { url } = await startTestService(context, env);
    for (const authorization of [`Basic ${All}`, All, 'Bearer', 'Bearer ', `Bearer ${All} ${All}`, `Bearer\t${All}`]) {
      assert.equal((await ask(url, 'api/rooms', { headers: { authorization } })).status, 401, authorization);
    }
  });

  test('a token in the query of a plain request is not taken', async (context) => {
    const { url } = await startTestService(context, env);
    assert.equal((await ask(url, `api/rooms?access_token=${All}`)).status, 401);
  });

  test('a token without the right: 403 insufficient_scope', async (context) => {
    const { url } = await startTestService(context, env);
    const { status, headers } = await ask(url, 'metrics', { token: Watcher });
    assert.equal(status, 403);
    assert.match(headers.get('www-authenticate') ?? '', /error="insufficient_scope", scope="observe"/);
    assert.equal((await ask(url, 'metrics', { token: All })).status, 200);
  });

  test('a token of another room: 403, and the room is not listed for it', async (context) => {
    const { url } = await startTestService(context, env);
    assert.equal((await ask(url, 'api/rooms/r1/users', { ...joinRoom, token: All })).status, 201);
    assert.equal((await ask(url, 'api/rooms/r1/users', { ...joinRoom, token: OtherRoom })).status, 403);
    assert.equal((await ask(url, 'api/rooms/r1', { token: OtherRoom })).status, 403);
    assert.deepEqual(JSON.parse((await ask(url, 'api/rooms', { token: OtherRoom })).text), { rooms: [] });
    assert.match((await ask(url, 'api/rooms', { token: Watcher })).text, /"r1"/);
  });

  test('a watcher cannot publish, over HTTP or WebSocket', async (context) => {
    const { url } = await startTestService(context, env);
    const joined = await ask(url, 'api/rooms/r1/users', { ...joinRoom, token: Watcher });
    const { session } = JSON.parse(joined.text) as { session: string };
    const published = await ask(url, `api/sessions/${session}/publish`, {
      method: 'PUT',
      type: 'application/sdp',
      body: smallOffer(),
    });
    assert.equal(published.status, 403);
    const socket = await SocketClient.open(url, `api/rooms/r1/socket?access_token=${Watcher}`);
    await socket.next('joined');
    socket.send({ type: 'publish', id: 1, sdp: smallOffer() });
    const { problem } = (await socket.next('error')) as unknown as { problem: { status: number } };
    assert.equal(problem.status, 403);
    socket.close();
  });

  test('a WebSocket without a known token does not open', async (context) => {
    const { url } = await startTestService(context, env);
    await assert.rejects(SocketClient.open(url, 'api/rooms/r1/socket'), /401/);
    await assert.rejects(SocketClient.open(url, 'api/rooms/r1/socket?access_token=nope'), /401/);
    const socket = await SocketClient.open(url, 'api/rooms/r1/socket', { authorization: `Bearer ${All}` });
    assert.equal((await socket.next('joined'))['room'], 'r1');
    socket.close();
  });

  test('health and readiness need no token', async (context) => {
    const { url } = await startTestService(context, env);
    assert.equal((await ask(url, 'healthz')).status, 200);
    assert.equal((await ask(url, 'readyz')).status, 200);
  });

  test('no token and no session secret reaches the log, whatever the level', async (context) => {
    let written = '';
    const logStream = new Writable({
      write(chunk, _encoding, done) {
        written += String(chunk);
        done();
      },
    });
    const { url } = await startTestService(context, { ...env, GATEWAY_LOG_LEVEL: 'trace' }, { logStream });
    const joined = await ask(url, 'api/rooms/r1/users', { ...joinRoom, token: All });
    const { session } = JSON.parse(joined.text) as { session: string };
    await ask(url, `api/sessions/${session}/events?access_token=${All}`, { token: All });
    const socket = await SocketClient.open(url, `api/rooms/r1/socket?access_token=${All}`);
    await socket.next('joined');
    socket.close();
    await ask(url, 'api/rooms', { token: `${All}-wrong` });
    await ask(url, `?room=r1&token=${All}`);
    assert.match(written, /api\/sessions\/…/);
    for (const secret of [All, session]) assert.ok(!written.includes(secret), 'a secret is in the log');
  });
});
