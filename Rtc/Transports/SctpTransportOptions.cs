using Rtc.Sctp;

namespace Rtc.Transports;

/// <summary>How a transport carries data. Sizes are in bytes.</summary>
public sealed class SctpTransportOptions
{
    /// <summary>How much may wait to be sent, of all streams.</summary>
    public uint SendBufferSize { get; init; } = 2_000_000;

    /// <summary>How much may wait to be sent, of one stream.</summary>
    public uint PerStreamSendQueueLimit { get; init; } = 2_000_000;

    /// <summary>How much may wait to be put together: the window that the peer is told.</summary>
    public uint MaxReceiverWindowBufferSize { get; init; } = 5 * 1024 * 1024;

    /// <summary>Where data consumers begin to tell that few bytes wait.</summary>
    public uint DefaultStreamBufferedAmountLowThreshold { get; init; }

    /// <summary>How many streams the peer may send on.</summary>
    public ushort IncomingStreams { get; init; } = ushort.MaxValue;

    /// <summary>How many streams the application wants to begin with; only dumped, all are announced.</summary>
    public ushort RequestedOutgoingStreams { get; init; } = ushort.MaxValue;

    /// <summary>Whether streams come in pairs as WebRTC's do: who resets one of them closes both.</summary>
    public bool IsDataChannel { get; init; }

    /// <summary>Memory for messages that wait, which transports of one loop share; null for its own.</summary>
    public SctpBufferPool? Buffers { get; init; }
}
