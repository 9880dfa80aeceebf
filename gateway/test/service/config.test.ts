import assert from 'node:assert/strict';
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
