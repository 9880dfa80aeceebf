namespace Rtc.Transports;

/// <summary>What the application is told of any transport.</summary>
public interface ITransportListener
{
    /// <summary>A trace event of a kind that is enabled.</summary>
    /// <param name="type">Exactly one kind.</param>
    /// <param name="timestampMs">Monotonic milliseconds.</param>
    void OnTrace(TransportTraceEventTypes type, long timestampMs);
}
