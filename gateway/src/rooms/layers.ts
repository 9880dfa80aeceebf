import { parseScalabilityMode, type types } from 'mediasoup';
import { NegotiationError } from '../sdp/index.ts';
import type { LayerCounts } from './messages.ts';

/** Up to which layers a viewer wants a track, counted from 0. What is missing is up to all there are. */
export interface LayerWish {
  spatialLayer?: number | undefined;
  temporalLayer?: number | undefined;
}

/** How many layers a Consumer can send, or undefined where it has only one. */
export function layersOf(consumer: types.Consumer): LayerCounts | undefined {
  if (consumer.type !== 'simulcast' && consumer.type !== 'svc') return undefined;
  const { spatialLayers, temporalLayers } = parseScalabilityMode(consumer.rtpParameters.encodings?.[0]?.scalabilityMode);
  return spatialLayers * temporalLayers > 1 ? { spatial: spatialLayers, temporal: temporalLayers } : undefined;
}

/**
 * Says up to which layers a Consumer is to send; more than there are counts as all.
 * @returns the layers that hold now
 * @throws NegotiationError when the track has no layers
 */
export async function chooseLayers(consumer: types.Consumer, wish: LayerWish): Promise<Required<types.ConsumerLayers>> {
  const counts = layersOf(consumer);
  if (!counts) throw new NegotiationError('the track comes in one layer');
  const chosen = {
    spatialLayer: Math.min(wish.spatialLayer ?? Infinity, counts.spatial - 1),
    temporalLayer: Math.min(wish.temporalLayer ?? Infinity, counts.temporal - 1),
  };
  await consumer.setPreferredLayers(chosen);
  return chosen;
}
