namespace Rtc.Transports;

/// <summary>What the application is told of a PlainTransport in comedia mode.</summary>
public interface IPlainTransportListener : ITransportListener
{
    /// <summary>The peer's address became known by its first packet.</summary>
    void OnTuple(TupleInfo tuple);

    /// <summary>The address of the peer's RTCP became known by its first packet.</summary>
    void OnRtcpTuple(TupleInfo tuple);
}
