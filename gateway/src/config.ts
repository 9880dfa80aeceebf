import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { types } from 'mediasoup';
import { z } from 'zod';

/** A setting that cannot be used. The message names the environment variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const integer = (min: number, max: number): z.ZodType<number, string | undefined> =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`) as never;

const flag = z.enum(['0', '1', 'false', 'true']).transform((value) => value === '1' || value === 'true');
const list = z.string().transform((value) => value.split(',').map((part) => part.trim()).filter(Boolean));
const videoCodecs = ['VP8', 'VP9', 'H264', 'AV1'] as const;
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const workerLogLevels = ['debug', 'warn', 'error', 'none'] as const;

/** Every variable the service reads, all of them optional. */
const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535).optional(),
  MEDIASOUP_WORKER_BIN: z.string().optional(),
  GATEWAY_WORKERS: integer(1, 256).optional(),
  GATEWAY_WORKER_LOG_LEVEL: z.enum(workerLogLevels).default('error'),
  GATEWAY_LOG_LEVEL: z.enum(logLevels).default('warn'),
  GATEWAY_LISTEN_IP: z.union([z.ipv4('must be an IP address'), z.ipv6('must be an IP address')]).default('127.0.0.1'),
  GATEWAY_ANNOUNCED_ADDRESS: z.string().optional(),
  GATEWAY_RTC_MIN_PORT: integer(1024, 65_535).optional(),
  GATEWAY_RTC_MAX_PORT: integer(1024, 65_535).optional(),
  GATEWAY_SHARED_PORT: flag.optional(),
  GATEWAY_VIDEO_CODECS: list.pipe(z.array(z.enum(videoCodecs)).min(1)).optional(),
  GATEWAY_SIMULCAST: flag.optional(),
  GATEWAY_INITIAL_BITRATE: integer(30_000, 100_000_000).optional(),
  GATEWAY_ALLOWED_ORIGINS: list.optional(),
  GATEWAY_MAX_ROOMS: integer(1, 1_000_000).optional(),
  GATEWAY_MAX_USERS: integer(1, 10_000).optional(),
  GATEWAY_MAX_BODY_BYTES: integer(1_024, 16_777_216).optional(),
});

/** How the service runs. Every key has a default that works on one machine without any other server. */
export interface GatewayConfig {
  /** Address and port of HTTP and WebSocket. Port 0 takes a free one. */
  http: {
    host: string;
    port: number;
    /** Largest request body and WebSocket message. */
    maxBodyBytes: number;
    /** Origins of pages that may use the service besides its own. */
    allowedOrigins: string[];
  };
  logLevel: (typeof logLevels)[number];
  workers: {
    /** Path of the worker executable. */
    bin: string;
    count: number;
    logLevel: types.WorkerLogLevel;
  };
  rtc: {
    listenIp: string;
    /** What peers are told instead of `listenIp`, behind NAT: an address or a host name. */
    announcedAddress: string | undefined;
    portRange: types.TransportPortRange | undefined;
    /** One UDP and one TCP port a worker for all users, through a WebRtcServer, instead of ports a connection. */
    sharedPort: boolean;
    /** Bits per second assumed towards a viewer before its feedback tells. */
    initialAvailableOutgoingBitrate: number;
  };
  media: {
    codecs: types.RouterRtpCodecCapability[];
    /** Take simulcast offers as such. */
    simulcast: boolean;
  };
  limits: {
    rooms: number;
    usersPerRoom: number;
  };
}

/** This repository's own worker, where `npm run build` leaves it. */
const DefaultWorkerBin = fileURLToPath(new URL('../../dist/mediasoup-worker', import.meta.url));

/**
 * Reads the settings from the environment.
 * @throws ConfigError naming each variable that cannot be used
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): GatewayConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = Environment.safeParse(given);
  if (!read.success) {
    const reasons = read.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
    throw new ConfigError(reasons.join('; '));
  }
  const value = read.data;
  return {
    http: {
      host: value.HOST,
      port: value.PORT ?? 8080,
      maxBodyBytes: value.GATEWAY_MAX_BODY_BYTES ?? 1_048_576,
      allowedOrigins: value.GATEWAY_ALLOWED_ORIGINS ?? [],
    },
    logLevel: value.GATEWAY_LOG_LEVEL,
    workers: {
      bin: value.MEDIASOUP_WORKER_BIN ?? DefaultWorkerBin,
      count: value.GATEWAY_WORKERS ?? availableParallelism(),
      logLevel: value.GATEWAY_WORKER_LOG_LEVEL,
    },
    rtc: {
      listenIp: value.GATEWAY_LISTEN_IP,
      announcedAddress: value.GATEWAY_ANNOUNCED_ADDRESS,
      portRange: readPortRange(value.GATEWAY_RTC_MIN_PORT, value.GATEWAY_RTC_MAX_PORT),
      sharedPort: value.GATEWAY_SHARED_PORT ?? false,
      initialAvailableOutgoingBitrate: value.GATEWAY_INITIAL_BITRATE ?? 1_000_000,
    },
    media: {
      codecs: routerCodecs(value.GATEWAY_VIDEO_CODECS ?? [...videoCodecs]),
      simulcast: value.GATEWAY_SIMULCAST ?? false,
    },
    limits: { rooms: value.GATEWAY_MAX_ROOMS ?? 1_000, usersPerRoom: value.GATEWAY_MAX_USERS ?? 200 },
  };
}

function readPortRange(min: number | undefined, max: number | undefined): types.TransportPortRange | undefined {
  if (min === undefined && max === undefined) return undefined;
  if (min === undefined || max === undefined || min > max) {
    throw new ConfigError('GATEWAY_RTC_MIN_PORT and GATEWAY_RTC_MAX_PORT: give both, the smaller first');
  }
  return { min, max };
}

/** Opus and the named video codecs, with the profiles that browsers offer. */
export function routerCodecs(video: readonly (typeof videoCodecs)[number][]): types.RouterRtpCodecCapability[] {
  const h264 = (profileLevelId: string): types.RouterRtpCodecCapability => ({
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': profileLevelId, 'level-asymmetry-allowed': 1 },
  });
  const entries: Record<(typeof videoCodecs)[number], types.RouterRtpCodecCapability[]> = {
    VP8: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 }],
    VP9: [{ kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } }],
    // Constrained baseline, main and high.
    H264: [h264('42e01f'), h264('4d001f'), h264('64001f')],
    AV1: [{ kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 }],
  };
  return [
    { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
    ...video.flatMap((name) => entries[name]),
  ];
}
