using Rtc.Congestion;
using Rtc.Sctp;

namespace Rtc.Transports;

/// <summary>What the application is told of any transport.</summary>
public interface ITransportListener
{
    /// <summary>A trace event of a kind that is enabled.</summary>
    /// <param name="type">Exactly one kind.</param>
    /// <param name="timestampMs">Monotonic milliseconds.</param>
    void OnTrace(TransportTraceEventTypes type, long timestampMs);

    /// <summary>A trace event of the kind <see cref="TransportTraceEventTypes.Bwe"/>, while it is enabled.</summary>
    /// <param name="bitrates">What is estimated and wanted towards the peer.</param>
    /// <param name="timestampMs">Monotonic milliseconds.</param>
    void OnBweTrace(in BweTrace bitrates, long timestampMs)
    {
    }

    /// <summary>The association reached another state; <see cref="SctpState.ShuttingDown"/> is not told.</summary>
    void OnSctpStateChange(SctpState state);

    /// <summary>How many streams both ends agreed on.</summary>
    void OnSctpNegotiatedCapabilities(ushort outgoingStreams, ushort incomingStreams);
}
