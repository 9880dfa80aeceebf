import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const videoCodecs = ['VP8', 'VP9', 'H264', 'AV1'] as const;
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const rights = ['publish', 'watch', 'observe'] as const;

/** This repository's own worker, where `npm run build` leaves it. */
const DefaultWorkerBin = fileURLToPath(new URL('../../../dist/mediasoup-worker', import.meta.url));

const whole = (min: number, max: number): z.ZodNumber =>
  z
    .number('must be a whole number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
const flag = z.boolean('must be true or false');
const text = z.string('must be text').min(1, 'must not be empty');
const address = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');
const network = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], 'must be an IP address or a network such as 10.0.0.0/8');

const AccessToken = z.strictObject({
  /** The characters of RFC 6750 section 2.1. */
  token: z.string('must be text').regex(/^[A-Za-z0-9._~+/-]{8,512}=*$/, 'must be 8 or more of A-Z a-z 0-9 . _ ~ + / -'),
  rooms: z.array(z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be the name of a room')).min(1).optional(),
  may: z.array(z.enum(rights)).min(1).default([...rights]),
});

const IceServer = z.strictObject({
  url: z.string('must be text').regex(/^(stuns?|turns?):[^\s<>"]+$/, 'must be a stun:, stuns:, turn: or turns: URL'),
  username: text.optional(),
  credential: text.optional(),
});

/** The settings as the file has them: every key with its default, and nothing else. */
export const Settings = z.strictObject({
  http: z
    .strictObject({
      host: text.default('127.0.0.1'),
      port: whole(0, 65_535).default(8080),
      maxBodyBytes: whole(1_024, 16_777_216).default(1_048_576),
      allowedOrigins: z.array(text).default([]),
      trustProxy: flag.default(false),
      tls: z.strictObject({ cert: text, key: text }).optional(),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(logLevels).default('warn') }).prefault({}),
  auth: z.strictObject({ tokens: z.array(AccessToken).default([]) }).prefault({}),
  limits: z
    .strictObject({
      rooms: whole(1, 1_000_000).default(1_000),
      usersPerRoom: whole(1, 10_000).default(200),
      tracksPerUser: whole(1, 1_000).default(16),
      requestsPerMinute: whole(0, 1_000_000).default(600),
    })
    .prefault({}),
  drainSeconds: whole(0, 86_400).default(30),
  workers: z
    .strictObject({
      bin: text.default(DefaultWorkerBin),
      count: whole(1, 256).default(() => availableParallelism()),
      logLevel: z.enum(['debug', 'warn', 'error', 'none']).default('error'),
    })
    .prefault({}),
  rtc: z
    .strictObject({
      listenIp: address.default('127.0.0.1'),
      announcedAddress: text.optional(),
      minPort: whole(1_024, 65_535).optional(),
      maxPort: whole(1_024, 65_535).optional(),
      sharedPort: flag.default(false),
      initialBitrate: whole(30_000, 100_000_000).default(1_000_000),
      iceServers: z.array(IceServer).default([]),
    })
    .prefault({}),
  media: z
    .strictObject({
      videoCodecs: z.array(z.enum(videoCodecs)).min(1).default([...videoCodecs]),
      simulcast: flag.default(true),
    })
    .prefault({}),
  plain: z
    .strictObject({
      networks: z.array(network).default(['127.0.0.0/8', '::1']),
      maxMinutes: whole(1, 10_080).default(240),
    })
    .prefault({}),
});
export type Settings = z.infer<typeof Settings>;

type Reading = 'text' | 'number' | 'flag' | 'list' | 'tokens';

/** Every variable the service reads besides GATEWAY_CONFIG: what it sets, and how its text is read. */
export const Variables: Record<string, { key: string; as: Reading }> = {
  HOST: { key: 'http.host', as: 'text' },
  PORT: { key: 'http.port', as: 'number' },
  GATEWAY_MAX_BODY_BYTES: { key: 'http.maxBodyBytes', as: 'number' },
  GATEWAY_ALLOWED_ORIGINS: { key: 'http.allowedOrigins', as: 'list' },
  GATEWAY_TRUST_PROXY: { key: 'http.trustProxy', as: 'flag' },
  GATEWAY_TLS_CERT: { key: 'http.tls.cert', as: 'text' },
  GATEWAY_TLS_KEY: { key: 'http.tls.key', as: 'text' },
  GATEWAY_LOG_LEVEL: { key: 'log.level', as: 'text' },
  GATEWAY_TOKENS: { key: 'auth.tokens', as: 'tokens' },
  GATEWAY_MAX_ROOMS: { key: 'limits.rooms', as: 'number' },
  GATEWAY_MAX_USERS: { key: 'limits.usersPerRoom', as: 'number' },
  GATEWAY_MAX_TRACKS: { key: 'limits.tracksPerUser', as: 'number' },
  GATEWAY_MAX_REQUESTS: { key: 'limits.requestsPerMinute', as: 'number' },
  GATEWAY_DRAIN_SECONDS: { key: 'drainSeconds', as: 'number' },
  MEDIASOUP_WORKER_BIN: { key: 'workers.bin', as: 'text' },
  GATEWAY_WORKERS: { key: 'workers.count', as: 'number' },
  GATEWAY_WORKER_LOG_LEVEL: { key: 'workers.logLevel', as: 'text' },
  GATEWAY_LISTEN_IP: { key: 'rtc.listenIp', as: 'text' },
  GATEWAY_ANNOUNCED_ADDRESS: { key: 'rtc.announcedAddress', as: 'text' },
  GATEWAY_RTC_MIN_PORT: { key: 'rtc.minPort', as: 'number' },
  GATEWAY_RTC_MAX_PORT: { key: 'rtc.maxPort', as: 'number' },
  GATEWAY_SHARED_PORT: { key: 'rtc.sharedPort', as: 'flag' },
  GATEWAY_INITIAL_BITRATE: { key: 'rtc.initialBitrate', as: 'number' },
  GATEWAY_VIDEO_CODECS: { key: 'media.videoCodecs', as: 'list' },
  GATEWAY_SIMULCAST: { key: 'media.simulcast', as: 'flag' },
  GATEWAY_PLAIN_NETWORKS: { key: 'plain.networks', as: 'list' },
  GATEWAY_PLAIN_MAX_MINUTES: { key: 'plain.maxMinutes', as: 'number' },
};

const readList = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** What a variable's text means; text that does not fit stays as it is, for the schema to refuse. */
export const readAs: Record<Reading, (value: string) => unknown> = {
  text: (value) => value,
  number: (value) => (/^\d+$/.test(value) ? Number(value) : value),
  flag: (value) => ({ '0': false, '1': true, false: false, true: true })[value] ?? value,
  list: readList,
  tokens: (value) => readList(value).map((token) => ({ token })),
};
