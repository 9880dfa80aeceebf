import type { types } from 'mediasoup';
import type { ChannelSource } from './channel-intake.ts';
import { DcepPpid, writeOpen, type ChannelParameters } from './dcep.ts';

/**
 * A DataConsumer that wants a subchannel gets no messages without one, and those of peers have none: so nothing
 * overtakes the message that opens the channel. A paused DataConsumer could not send that either.
 */
const ClosedSubchannel = 0xffff;

/** A data channel as a receiving peer has it. */
export interface SubscribedChannel extends ChannelParameters {
  /** RTCDataChannel.id at the receiver: its SCTP stream. */
  channelId: number;
  source: ChannelSource;
  dataConsumer: types.DataConsumer;
}

/** The data channels of a receiving connection: a DataConsumer for each, opened at the peer by DCEP or known to it. */
export class ChannelOutlet {
  readonly #transport: types.WebRtcTransport;
  readonly #negotiated: boolean;
  readonly #channels = new Map<ChannelSource, SubscribedChannel>();

  /** @param negotiated the peer is told of channels by other means and makes them with `negotiated: true` */
  constructor(transport: types.WebRtcTransport, negotiated: boolean) {
    this.#transport = transport;
    this.#negotiated = negotiated;
  }

  get channels(): SubscribedChannel[] {
    return [...this.#channels.values()].filter(({ dataConsumer }) => !dataConsumer.closed);
  }

  /**
   * Makes the channels exactly these. Only to be called once the peer has agreed to data channels.
   * @returns whether anything changed
   */
  async update(sources: ReadonlySet<ChannelSource>): Promise<boolean> {
    let changed = false;
    for (const [source, { dataConsumer }] of this.#channels) {
      if (sources.has(source) && !dataConsumer.closed) continue;
      // Resets the stream, by which the peer sees its channel close (RFC 8831 section 6.7).
      dataConsumer.close();
      this.#channels.delete(source);
      changed = true;
    }
    for (const source of sources) {
      if (this.#channels.has(source) || source.dataProducer.closed) continue;
      if (await this.#open(source)) changed = true;
    }
    return changed;
  }

  async #open(source: ChannelSource): Promise<boolean> {
    const { dataProducer, label, protocol } = source;
    try {
      const dataConsumer = await this.#transport.consumeData({
        dataProducerId: dataProducer.id,
        // The message that opens a channel must arrive, first (RFC 8832 section 6), and mediasoup has no way to send
        // one message of a DataConsumer otherwise than the rest.
        ...(!this.#negotiated && { ordered: true, subchannels: [ClosedSubchannel] }),
      });
      const { streamId: channelId, ordered = true, ...limits } = dataConsumer.sctpStreamParameters!;
      const channel = { label, protocol, ordered, ...limitsOf(limits) };
      if (!this.#negotiated) {
        await dataConsumer.send(writeOpen(channel), DcepPpid);
        await dataConsumer.setSubchannels([]);
      }
      this.#channels.set(source, { channelId, source, dataConsumer, ...channel });
      return true;
    } catch (error) {
      // A channel that closes while it is being opened is not an error.
      if (dataProducer.closed || this.#transport.closed) return false;
      throw error;
    }
  }
}

function limitsOf(limits: { maxPacketLifeTime?: number; maxRetransmits?: number }): Partial<ChannelParameters> {
  const { maxPacketLifeTime, maxRetransmits } = limits;
  return {
    ...(maxPacketLifeTime && { maxPacketLifeTime }),
    ...(maxRetransmits && { maxRetransmits }),
  };
}
