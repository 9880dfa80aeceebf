import type { types } from 'mediasoup';
import type { RoomInventory } from './inventory.ts';

/** Numbers of one direction: what the room receives from publishers, or sends to viewers. */
export interface Flow {
  bitrate: number;
  /** RTP packets of the streams that are there now, and those of them that were lost. */
  packets: number;
  lost: number;
}

/** Media numbers of one room. */
export interface MediaSample {
  received: Flow;
  sent: Flow;
  /** Mean over the streams that know it, in seconds. */
  roundTripSeconds: number | undefined;
}

interface StreamStat {
  type?: string;
  bitrate?: number;
  packetCount?: number;
  packetsLost?: number;
  roundTripTime?: number;
}

/** Asks the worker for the numbers of all Producers and Consumers of a room. What closes meanwhile is left out. */
export async function sampleMedia({ producers, consumers }: RoomInventory): Promise<MediaSample> {
  const received = await readStreams([...producers], 'inbound-rtp');
  const sent = await readStreams([...consumers], 'outbound-rtp');
  const roundTrips = [...received, ...sent].flatMap(({ roundTripTime }) => (roundTripTime ? [roundTripTime] : []));
  const sum = roundTrips.reduce((total, value) => total + value, 0);
  return {
    received: sumUp(received),
    sent: sumUp(sent),
    roundTripSeconds: roundTrips.length > 0 ? sum / roundTrips.length / 1000 : undefined,
  };
}

async function readStreams(of: (types.Producer | types.Consumer)[], type: string): Promise<StreamStat[]> {
  const results = await Promise.allSettled(of.map((entry) => entry.getStats() as Promise<StreamStat[]>));
  return results
    .flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    .filter((stat) => stat.type === type);
}

function sumUp(stats: readonly StreamStat[]): Flow {
  const flow: Flow = { bitrate: 0, packets: 0, lost: 0 };
  for (const { bitrate = 0, packetCount = 0, packetsLost = 0 } of stats) {
    flow.bitrate += bitrate;
    flow.packets += packetCount;
    flow.lost += Math.max(0, packetsLost);
  }
  return flow;
}
