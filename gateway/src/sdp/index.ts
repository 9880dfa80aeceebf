export type { ChannelParameters } from './dcep.ts';
export type { ChannelSource, DataChannelOptions, NegotiatedChannel, PublishedChannel } from './channel-intake.ts';
export type { SubscribedChannel } from './channel-outlet.ts';
export { NegotiationError, SdpError } from './errors.ts';
export { DefaultSdpLimits, type SdpLimits, type SdpLine, type SdpSection } from './lines.ts';
export type { RemoteCodec } from './remote-codecs.ts';
export type { RemoteData } from './remote-data.ts';
export type { RemoteLayer } from './remote-layers.ts';
export type { Direction, RemoteMedia, RemoteSource } from './remote-media.ts';
export { parseRemoteSession, type RemoteSession, type RemoteTransport } from './remote.ts';
export { planProducer, type ProducerPlan, type ProducerPlanContext, type ProducerPlanOptions } from './producer-plan.ts';
export type { CandidateProtocols, ListenTarget, TransportSettings } from './transport.ts';
export {
  publish,
  PublishConnection,
  type OfferOptions,
  type PublishedTrack,
  type PublishEvents,
  type PublishOptions,
  type PublishResult,
} from './publish.ts';
export type { SubscribedTrack } from './subscribe-slots.ts';
export {
  receivableCapabilities,
  subscribe,
  SubscribeConnection,
  type SubscribeEvents,
  type SubscribeOffer,
  type SubscribeOptions,
  type SubscribeResult,
} from './subscribe.ts';
export { OfferScheduler, type OfferSchedulerOptions } from './offer-scheduler.ts';
export {
  writeSession,
  type LocalDataMedia,
  type LocalMedia,
  type LocalRtpMedia,
  type LocalSession,
  type RejectedMedia,
} from './write.ts';
