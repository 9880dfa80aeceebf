import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigError, loadConfig } from '../../src/service.ts';
import { leastLoaded } from '../../src/workers.ts';
import { ask } from '../support/http.ts';
import { Program } from '../support/program.ts';
import { smallOffer } from '../support/sdp.ts';
import { startTestService } from '../support/service.ts';
import { SocketClient } from '../support/socket-client.ts';

/** Users of a dead worker's rooms hear of it within this time. */
const ReconnectBoundMs = 2_000;

function makeCertificate(name: string): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const subject = ['-subj', `/CN=${name}`, '-days', '2', '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject], {
    stdio: 'ignore',
  });
  return files;
}

/** The name on the certificate that a new connection is shown. */
async function certificateName(url: string): Promise<unknown> {
  const asked = request(new URL('healthz', url), { rejectUnauthorized: false, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  const { subject } = (response.socket as TLSSocket).getPeerCertificate();
  response.resume();
  await once(response, 'end');
  return subject.CN;
}

const body = { method: 'POST', type: 'application/json', body: '{}' };

describe('operation', () => {
  test('metrics tell of rooms, users, transports, media and workers', async (context) => {
    const { url, workers, rooms } = await startTestService(context);
    const socket = await SocketClient.open(url, 'api/rooms/r1/socket?name=alice');
    await socket.next('joined');
    socket.send({ type: 'publish', id: 1, sdp: smallOffer() });
    await socket.next('published');
    await workers.measure();
    await ask(url, 'api/rooms');
    const { text, type } = await ask(url, 'metrics');
    assert.match(type, /^text\/plain/);
    for (const line of [
      /^gateway_rooms 1$/m,
      /^gateway_users\{room="r1"\} 1$/m,
      /^gateway_sessions\{kind="websocket"\} 1$/m,
      /^gateway_transports\{room="r1"\} 2$/m,
      /^gateway_producers\{room="r1"\} 2$/m,
      /^gateway_bitrate_bits_per_second\{room="r1",direction="received"\} 0$/m,
      /^gateway_rtp_packets_lost\{room="r1",direction="sent"\} 0$/m,
      new RegExp(`^gateway_worker_cpu_ratio\\{pid="${workers.pids[0]}"\\} [0-9.e-]+$`, 'm'),
      new RegExp(`^gateway_worker_max_memory_bytes\\{pid="${workers.pids[0]}"\\} [1-9]\\d+`, 'm'),
      new RegExp(`^gateway_worker_routers\\{pid="${workers.pids[0]}"\\} 1$`, 'm'),
      /^gateway_http_request_duration_seconds_count\{method="GET",route="\/api\/rooms",status="200"\} 1$/m,
      /^process_cpu_seconds_total/m,
    ]) {
      assert.match(text, line);
    }
    const gone = once(rooms.get('r1')!, 'close');
    socket.close();
    await gone;
    assert.doesNotMatch((await ask(url, 'metrics')).text, /room="r1"/, 'a room that is gone is not in the metrics');
  });

  test('rooms go to the worker that is least loaded', () => {
    const worker = (cpu: number, routers: number, unmeasured = 0): Parameters<typeof leastLoaded>[0][number] => ({
      load: { pid: 0, cpu, routers, maxMemoryBytes: 0 },
      unmeasured,
    });
    const [busy, idle, many, fresh] = [worker(0.9, 1), worker(0.1, 9), worker(0.11, 20), worker(0, 3, 3)];
    assert.equal(leastLoaded([busy, idle]), idle, 'by CPU, not by number');
    assert.equal(leastLoaded([many, idle]), idle, 'by number where CPU is about the same');
    assert.equal(leastLoaded([fresh, idle]), idle, 'what was just placed counts though nothing is measured');
    assert.equal(leastLoaded([]), undefined);
  });

  test('rooms spread over all workers', async (context) => {
    const { url, workers } = await startTestService(context, { GATEWAY_WORKERS: '2' });
    for (const room of ['a', 'b', 'c', 'd']) await ask(url, `api/rooms/${room}/users`, body);
    assert.deepEqual(workers.loads.map(({ routers }) => routers), [2, 2]);
  });

  test('users of a dead worker are told to reconnect within 2 s, those of others hear nothing', async (context) => {
    const { url, workers } = await startTestService(context, { GATEWAY_WORKERS: '2' });
    const clients = await Promise.all(
      ['a', 'b'].map(async (room) => {
        const client = await SocketClient.open(url, `api/rooms/${room}/socket`);
        await client.next('joined');
        return client;
      }),
    );
    const killedAtMs = performance.now();
    process.kill(workers.pids[0]!, 'SIGKILL');
    const closed = await Promise.race(clients.map((client) => client.next('closed')));
    const elapsedMs = performance.now() - killedAtMs;
    assert.deepEqual([closed['reason'], closed['reconnect']], ['worker-died', true]);
    assert.ok(elapsedMs < ReconnectBoundMs, `told after ${Math.round(elapsedMs)} ms`);
    context.diagnostic(`told to reconnect ${Math.round(elapsedMs)} ms after the worker died`);
    const { rooms } = JSON.parse((await ask(url, 'api/rooms')).text) as { rooms: unknown[] };
    assert.equal(rooms.length, 1);
    for (const client of clients) client.close();
  });

  test('drain: nobody new, not ready, users may finish, then all ends', async (context) => {
    const service = await startTestService(context);
    const { url } = service;
    const socket = await SocketClient.open(url, 'api/rooms/r1/socket');
    await socket.next('joined');
    const drained = service.drain();
    assert.equal((await socket.next('draining'))['seconds'], 30);
    assert.equal((await ask(url, 'readyz')).status, 503);
    assert.equal((await ask(url, 'healthz')).status, 200);
    const refused = await ask(url, 'api/rooms/r1/users', body);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    socket.send({ type: 'publish', id: 1, sdp: smallOffer() });
    assert.equal((await socket.next('published'))['id'], 1, 'who is in goes on');
    socket.close();
    await drained;
    await assert.rejects(fetch(url));
  });

  for (const second of [undefined, 'SIGINT'] as const) {
    test(second ? 'a second signal ends the process at once' : 'SIGTERM drains the process', async (context) => {
      const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
      const { workers } = loadConfig({ MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'] });
      const env = { PORT: '0', GATEWAY_WORKERS: '1', MEDIASOUP_WORKER_BIN: workers.bin };
      const service = Program.start(context, process.execPath, [main], { env });
      await service.prints(/http:\S+/);
      const [url = ''] = /http:\S+/.exec(service.output)!;
      const socket = await SocketClient.open(url, 'api/rooms/r1/socket');
      await socket.next('joined');
      service.signal('SIGTERM');
      assert.equal((await socket.next('draining'))['seconds'], 30);
      if (second) {
        service.signal(second);
        await assert.rejects(service.finish(), /ended with 1/);
        return;
      }
      socket.send({ type: 'publish', id: 1, sdp: smallOffer() });
      assert.equal((await socket.next('published'))['id'], 1, 'the worker lives, and who is in goes on');
      socket.close();
      await service.finish();
    });
  }

  test('drain ends after its time though users stay', async (context) => {
    const service = await startTestService(context, { GATEWAY_DRAIN_SECONDS: '0' });
    const socket = await SocketClient.open(service.url, 'api/rooms/r1/socket');
    await socket.next('joined');
    await service.drain();
    assert.equal((await socket.next('closed'))['reason'], 'shutdown');
  });

  test('requests over the limit: 429 with Retry-After; health is not counted', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_REQUESTS: '5' });
    for (let index = 0; index < 8; index += 1) assert.equal((await ask(url, 'healthz')).status, 200);
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1) statuses.push((await ask(url, 'api/rooms')).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
    const { headers, type } = await ask(url, 'api/rooms');
    assert.ok(Number(headers.get('retry-after')) > 0);
    assert.match(type, /^application\/problem\+json/);
  });

  test('messages of one WebSocket over the limit: 429', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_REQUESTS: '3' });
    const socket = await SocketClient.open(url, 'api/rooms/r1/socket');
    await socket.next('joined');
    for (let id = 1; id <= 4; id += 1) socket.send({ type: 'unpublish', id });
    const { problem } = (await socket.next('error')) as unknown as { problem: { status: number } };
    assert.equal(problem.status, 429);
    socket.close();
  });

  test('rooms over the limit: 503 with Retry-After; a room that ends makes place', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_ROOMS: '1' });
    const first = JSON.parse((await ask(url, 'api/rooms/a/users', body)).text) as { session: string };
    const refused = await ask(url, 'api/rooms/b/users', body);
    assert.equal(refused.status, 503);
    assert.ok(refused.headers.has('retry-after'));
    await ask(url, `api/sessions/${first.session}`, { method: 'DELETE' });
    assert.equal((await ask(url, 'api/rooms/b/users', body)).status, 201);
  });

  test('tracks over the limit are refused, and nothing of the offer stays', async (context) => {
    const { url } = await startTestService(context, { GATEWAY_MAX_TRACKS: '1' });
    const socket = await SocketClient.open(url, 'api/rooms/r1/socket');
    await socket.next('joined');
    socket.send({ type: 'publish', id: 1, sdp: smallOffer() });
    const { problem } = (await socket.next('error')) as unknown as { problem: { status: number; detail: string } };
    assert.equal(problem.status, 503);
    assert.match(problem.detail, /1 track/);
    assert.match((await ask(url, 'metrics')).text, /^gateway_producers\{room="r1"\} 0$/m);
    socket.close();
  });

  test('HTTPS with given files, which are read again when they change', async (context) => {
    const files = makeCertificate('first.example');
    let written = '';
    let wake = (): void => undefined;
    const logStream = new Writable({
      write(chunk, _encoding, done) {
        written += String(chunk);
        wake();
        done();
      },
    });
    const logged = async (what: RegExp): Promise<void> => {
      while (!what.test(written)) await new Promise<void>((resolve) => (wake = resolve));
      written = '';
    };
    const env = { GATEWAY_TLS_CERT: files.cert, GATEWAY_TLS_KEY: files.key, GATEWAY_LOG_LEVEL: 'info' };
    const { url } = await startTestService(context, env, { logStream });
    assert.match(url, /^https:/);
    assert.equal(await certificateName(url), 'first.example');

    writeFileSync(files.cert, 'not a certificate');
    await logged(/the old one stays/);
    assert.equal(await certificateName(url), 'first.example');

    const next = makeCertificate('second.example');
    for (const name of ['cert', 'key'] as const) execFileSync('cp', [next[name], files[name]]);
    await logged(/certificate reloaded/);
    assert.equal(await certificateName(url), 'second.example');
  });

  test('HTTPS with files that cannot be used does not start, and names the key', async (context) => {
    const { cert } = makeCertificate('first.example');
    const { key } = makeCertificate('other.example');
    await assert.rejects(
      startTestService(context, { GATEWAY_TLS_CERT: cert, GATEWAY_TLS_KEY: key }),
      (error: Error) => error instanceof ConfigError && /http\.tls/.test(error.message),
    );
  });

  test('the commented configuration file holds the defaults', () => {
    const path = new URL('../../gateway.yaml', import.meta.url).pathname;
    assert.deepEqual(loadConfig({ GATEWAY_CONFIG: path }), loadConfig({}));
  });
});
