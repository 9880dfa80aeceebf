export { NegotiationError, SdpError } from './errors.ts';
export { DefaultSdpLimits, type SdpLimits } from './lines.ts';
export {
  parseRemoteSession,
  type Direction,
  type RemoteCodec,
  type RemoteMedia,
  type RemoteSession,
  type RemoteSource,
  type RemoteTransport,
} from './remote.ts';
export { planProducer, type ProducerPlan, type ProducerPlanOptions } from './producer-plan.ts';
export type { CandidateProtocols, ListenTarget, TransportSettings } from './transport.ts';
export {
  publish,
  PublishConnection,
  type PublishedTrack,
  type PublishOptions,
  type PublishResult,
} from './publish.ts';
export {
  receivableCapabilities,
  subscribe,
  SubscribeConnection,
  type SubscribedTrack,
  type SubscribeOffer,
  type SubscribeOptions,
  type SubscribeResult,
} from './subscribe.ts';
export { OfferScheduler, type OfferSchedulerOptions } from './offer-scheduler.ts';
export { writeSession, type LocalMedia, type LocalRtpMedia, type LocalSession, type RejectedMedia } from './write.ts';
