import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../../src/service.ts';

test('defaults work without any variable', () => {
  const config = loadConfig({});
  assert.deepEqual([config.http.host, config.http.port], ['127.0.0.1', 8080]);
  assert.match(config.workers.bin, /\/dist\/mediasoup-worker$/);
  assert.deepEqual(config.media.codecs.map(({ mimeType }) => mimeType), [
    'audio/opus',
    'video/VP8',
    'video/VP9',
    'video/H264',
    'video/H264',
    'video/H264',
    'video/AV1',
  ]);
});

test('variables override, empty ones do not', () => {
  const config = loadConfig({
    PORT: '0',
    MEDIASOUP_WORKER_BIN: '/somewhere/worker',
    GATEWAY_VIDEO_CODECS: 'H264, VP8',
    GATEWAY_SHARED_PORT: '1',
    GATEWAY_RTC_MIN_PORT: '40000',
    GATEWAY_RTC_MAX_PORT: '40100',
    GATEWAY_LISTEN_IP: '::1',
    GATEWAY_LOG_LEVEL: '',
  });
  assert.equal(config.http.port, 0);
  assert.equal(config.workers.bin, '/somewhere/worker');
  assert.equal(config.media.codecs[1]?.mimeType, 'video/H264');
  assert.equal(config.media.codecs.at(-1)?.mimeType, 'video/VP8');
  assert.deepEqual(config.rtc.portRange, { min: 40_000, max: 40_100 });
  assert.deepEqual([config.rtc.sharedPort, config.rtc.listenIp, config.logLevel], [true, '::1', 'warn']);
});

for (const [name, value] of [
  ['PORT', 'eighty'],
  ['PORT', '65536'],
  ['GATEWAY_LISTEN_IP', 'localhost'],
  ['GATEWAY_VIDEO_CODECS', 'VP8,Theora'],
  ['GATEWAY_WORKERS', '0'],
  ['GATEWAY_SHARED_PORT', 'perhaps'],
  ['GATEWAY_RTC_MIN_PORT', '40000'],
] as const) {
  test(`${name}=${value} is refused by name`, () => {
    assert.throws(() => loadConfig({ [name]: value }), (error: Error) => error instanceof ConfigError && error.message.includes(name));
  });
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  writeFileSync(path, text);
  return path;
}

test('a file sets, and a variable goes over it', () => {
  const path = file('http:\n  port: 9000\n  host: 0.0.0.0\nlimits:\n  rooms: 5 # few\n');
  const config = loadConfig({ GATEWAY_CONFIG: path, PORT: '9001' });
  assert.deepEqual([config.http.host, config.http.port, config.limits.rooms], ['0.0.0.0', 9001, 5]);
});

for (const [text, named] of [
  ['http:\n  port: eighty\n', /http\.port in .*gateway\.yaml: must be a whole number/],
  ['http:\n  prot: 80\n', /http\.prot in .*: there is no such key/],
  ['rooms: 3\n', /rooms in .*: there is no such key/],
  ['auth:\n  tokens:\n    - token: short\n', /auth\.tokens\.0\.token in/],
  ['rtc:\n  minPort: 40000\n', /rtc\.minPort in .* and rtc\.maxPort in/],
  ['http:\n  tls:\n    cert: a.pem\n', /http\.tls\.key in/],
  ['plain:\n  networks: [everywhere]\n', /plain\.networks\.0 in/],
  ['- a list\n', /must be a map/],
  ['http: [\n', /cannot be read/],
] as const) {
  test(`in a file, ${JSON.stringify(text)} is refused by name`, () => {
    assert.throws(() => loadConfig({ GATEWAY_CONFIG: file(text) }), named);
  });
}

test('a file that is not there is refused by name', () => {
  assert.throws(() => loadConfig({ GATEWAY_CONFIG: '/nowhere/gateway.yaml' }), /GATEWAY_CONFIG: \/nowhere/);
});

test('all that is wrong is named at once', () => {
  assert.throws(() => loadConfig({ PORT: 'x', GATEWAY_WORKERS: 'y' }), /PORT.*; GATEWAY_WORKERS/);
});

test('a wrong token is named without being shown', () => {
  assert.throws(
    () => loadConfig({ GATEWAY_TOKENS: 'good-enough-token,bad!' }),
    (error: Error) => /GATEWAY_TOKENS/.test(error.message) && !error.message.includes('bad!'),
  );
});
