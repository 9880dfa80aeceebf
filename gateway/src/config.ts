import type { types } from 'mediasoup';
import { readSettings } from './config/read.ts';
import type { Settings, videoCodecs } from './config/schema.ts';

export { ConfigError } from './config/read.ts';

/** What a bearer of an access token may do. `observe` is reading metrics. */
export type Right = Settings['auth']['tokens'][number]['may'][number];

/** A bearer token, the rooms it is for (default all) and what it allows there. */
export type AccessToken = Settings['auth']['tokens'][number];

/** A STUN or TURN server that WHIP and WHEP clients are told of. */
export type IceServer = Settings['rtc']['iceServers'][number];

/** How the service runs. Every key has a default that works on one machine without any other server. */
export interface GatewayConfig {
  http: Settings['http'];
  logLevel: Settings['log']['level'];
  auth: Settings['auth'];
  limits: Settings['limits'];
  /** How long users may go on after the service was asked to stop. */
  drainSeconds: number;
  workers: Settings['workers'];
  rtc: {
    listenIp: string;
    /** What peers are told instead of `listenIp`, behind NAT: an address or a host name. */
    announcedAddress: string | undefined;
    portRange: types.TransportPortRange | undefined;
    /** One UDP and one TCP port a worker for all users, through a WebRtcServer, instead of ports a connection. */
    sharedPort: boolean;
    /** Bits per second assumed towards a viewer before its feedback tells. */
    initialAvailableOutgoingBitrate: number;
    iceServers: IceServer[];
  };
  media: {
    codecs: types.RouterRtpCodecCapability[];
    /** Take simulcast offers as such. */
    simulcast: boolean;
  };
  plain: Settings['plain'];
}

/**
 * Reads the settings from the environment and from the YAML file that its GATEWAY_CONFIG names.
 * @throws ConfigError naming each variable and key that cannot be used
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): GatewayConfig {
  const { http, log, auth, limits, drainSeconds, workers, rtc, media, plain } = readSettings(env);
  return {
    http,
    logLevel: log.level,
    auth,
    limits,
    drainSeconds,
    workers,
    rtc: {
      listenIp: rtc.listenIp,
      announcedAddress: rtc.announcedAddress,
      portRange: rtc.minPort === undefined ? undefined : { min: rtc.minPort, max: rtc.maxPort! },
      sharedPort: rtc.sharedPort,
      initialAvailableOutgoingBitrate: rtc.initialBitrate,
      iceServers: rtc.iceServers,
    },
    media: { codecs: routerCodecs(media.videoCodecs), simulcast: media.simulcast },
    plain,
  };
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
