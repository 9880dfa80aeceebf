import type { types } from 'mediasoup';

/** A user as others see it. */
export interface UserInfo {
  id: string;
  name: string;
}

/** A track in an offer, and whose it is. */
export interface TrackInfo {
  mid: string;
  kind: types.MediaKind;
  user: UserInfo;
  streamId: string;
  trackId: string;
  /** How many layers its viewer can choose from; missing where there is nothing to choose. */
  layers?: LayerCounts;
}

/** How many spatial and temporal layers a track has, of simulcast or SVC. */
export interface LayerCounts {
  spatial: number;
  temporal: number;
}

/** A data channel that a user has been opened, and whose it is. `id` is RTCDataChannel.id at the receiver. */
export interface ChannelInfo {
  id: number;
  label: string;
  protocol: string;
  user: UserInfo;
}

/** Why a user's session ended without its doing. `reconnect` asks it to join again at once. */
export interface ClosedReason {
  reason: 'worker-died' | 'shutdown' | 'idle' | 'connection-lost';
  reconnect: boolean;
}

/** What the service tells a user, over WebSocket or in answer to a poll. */
export type ServerMessage =
  /** `tracks` is how many there are to receive: when not 0, their offer follows at once. */
  | { type: 'joined'; room: string; user: UserInfo; users: UserInfo[]; tracks: number }
  | { type: 'userJoined'; user: UserInfo }
  | { type: 'userLeft'; user: UserInfo }
  | { type: 'offer'; version: number; sdp: string; tracks: TrackInfo[] }
  /** The layers of a received track that come from now on, counted from 0; null where none does. */
  | { type: 'layersChanged'; mid: string; layers: types.ConsumerLayers | null }
  /** All data channels on the receiving connection, whenever one came or went. */
  | { type: 'channels'; channels: ChannelInfo[] }
  | ({ type: 'closed' } & ClosedReason)
  | { type: 'failed'; detail: string }
  /** The service ends when all have left, or after so many seconds. */
  | { type: 'draining'; seconds: number };

/** How a user is told. Must not throw. */
export interface UserLink {
  send(message: ServerMessage): void;
}
