import type { types } from 'mediasoup';
import type { RemoteTransport } from './remote.ts';

/** Which ICE candidates a peer is given. */
export type CandidateProtocols = 'any' | 'udp' | 'tcp';

/** Where a connection listens: its own ports, or the ports of a WebRtcServer shared by many connections. */
export type ListenTarget =
  | { readonly listenInfos: readonly types.TransportListenInfo[] }
  | { readonly webRtcServer: types.WebRtcServer };

/** How the WebRtcTransport of a connection is made. */
export interface TransportSettings {
  listen: ListenTarget;
  /** Default any. */
  protocols?: CandidateProtocols;
  /** Bits per second assumed towards the peer until its feedback tells; mediasoup's default when absent. */
  initialAvailableOutgoingBitrate?: number;
  /** Seconds, 0 for never; mediasoup's default (30) when absent. */
  iceConsentTimeoutS?: number;
  /** Largest message of a data channel, either way, in bytes. Default 262144. */
  maxMessageSize?: number;
}

const DefaultMaxMessageSize = 262_144;

/**
 * Makes the one WebRtcTransport of a connection.
 * @param data whether it can carry data channels
 * @throws TypeError when no listening address is left after applying `protocols`
 */
export async function createTransport(
  router: types.Router,
  settings: TransportSettings,
  data: boolean,
): Promise<types.WebRtcTransport> {
  const { protocols = 'any', initialAvailableOutgoingBitrate, iceConsentTimeoutS } = settings;
  const { maxMessageSize = DefaultMaxMessageSize } = settings;
  const common = {
    enableUdp: protocols !== 'tcp',
    enableTcp: protocols !== 'udp',
    preferUdp: true,
    ...(data && { enableSctp: true, maxSendMessageSize: maxMessageSize, maxReceiveMessageSize: maxMessageSize }),
    ...(initialAvailableOutgoingBitrate !== undefined && { initialAvailableOutgoingBitrate }),
    ...(iceConsentTimeoutS !== undefined && { iceConsentTimeout: iceConsentTimeoutS }),
  };
  if ('webRtcServer' in settings.listen) {
    return router.createWebRtcTransport({ ...common, webRtcServer: settings.listen.webRtcServer });
  }
  const listenInfos = settings.listen.listenInfos.filter((info) => protocols === 'any' || info.protocol === protocols);
  if (listenInfos.length === 0) throw new TypeError(`no listening address for transport protocol ${protocols}`);
  return router.createWebRtcTransport({ ...common, listenInfos: [...listenInfos] });
}

/**
 * Gives the transport the peer's DTLS side.
 * @param preferredRole the peer's role where it leaves the choice (setup:actpass)
 * @returns the `a=setup` value of our own SDP
 */
export async function connectTransport(
  transport: types.WebRtcTransport,
  remote: RemoteTransport,
  preferredRole: 'client' | 'server' = 'client',
): Promise<'active' | 'passive'> {
  const chosen = { active: 'client', passive: 'server', actpass: preferredRole } as const;
  const role = chosen[remote.setup];
  await transport.connect({ dtlsParameters: { role, fingerprints: remote.fingerprints } });
  return role === 'client' ? 'passive' : 'active';
}

/** Whether two descriptions of a peer carry the same certificate. */
export function sameFingerprints(a: RemoteTransport, b: RemoteTransport): boolean {
  const key = (transport: RemoteTransport): string =>
    transport.fingerprints
      .map((entry) => `${entry.algorithm} ${entry.value}`)
      .sort()
      .join();
  return key(a) === key(b);
}
