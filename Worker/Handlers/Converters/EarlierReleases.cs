using Channel.Wire;
using Rtc.Sctp;
using Rtc.Streams;
using Rtc.Transports;
using Worker.Net;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>
/// What earlier releases say or want to hear in other words than the newest: the fields of <c>fbs/</c> that end with
/// some release. In a dialect that lacks them they read as absent and are not written, so nobody asks for a release.
/// </summary>
internal static class EarlierReleases
{
    /// <summary>
    /// The one limit, in bytes, that messages had in both directions; null in releases that have two (3.20).
    /// </summary>
    public static uint? ReadMaxMessageSize(Wire.Transport.Options wire) =>
        wire.Direct ? wire.MaxMessageSize
        : wire.HasNumSctpStreams ? wire.MaxSctpMessageSize
        : null;

    /// <summary>
    /// The association as it was asked for with numbers of streams; null in releases that have none (3.20). It adds
    /// outgoing streams when it needs them, so <c>os</c> only is where it begins: here all are announced at once.
    /// A message of the greatest size fits into both buffers.
    /// </summary>
    public static SctpTransportOptions? ReadSctp(Wire.Transport.Options wire, SctpBufferPool buffers)
    {
        if (!wire.HasNumSctpStreams)
            return null;

        SctpTransportOptions newest = new();
        uint sendBuffer = Math.Max(wire.SctpSendBufferSize, wire.MaxSctpMessageSize);
        return new SctpTransportOptions
        {
            SendBufferSize = sendBuffer,
            PerStreamSendQueueLimit = sendBuffer,
            MaxReceiverWindowBufferSize = Math.Max(newest.MaxReceiverWindowBufferSize, wire.MaxSctpMessageSize),
            RequestedOutgoingStreams = wire.NumSctpStreams.Os,
            IncomingStreams = wire.NumSctpStreams.Mis,
            IsDataChannel = wire.IsDataChannel,
            Buffers = buffers,
        };
    }

    /// <summary>The one limit of messages in a dump.</summary>
    public static uint MaxMessageSize(TransportDump dump) => dump.MaxSendMessageSize;

    /// <summary>Lost packets, which could not be fewer than none (3.19.10).</summary>
    public static ulong PacketsLost(RtpStreamStats stats) => (ulong)Math.Max(0, stats.PacketsLost);

    /// <summary>A number for each tuple of a WebRtcServer (3.20.9).</summary>
    public static VectorOffset<Wire.WebRtcServer.TupleHash> WriteTupleHashes(WireBuilder b, SharedPort port)
    {
        ListBuilder<Wire.WebRtcServer.TupleHash> list = b.StartList<Wire.WebRtcServer.TupleHash>();
        foreach ((int number, WebRtcTransport transport) in port.Tuples)
        {
            list.Add(Wire.WebRtcServer.TupleHash.Create(
                b, tupleHash: (uint)number, webRtcTransportId: b.String(transport.Id)));
        }

        return list.End();
    }
}
