namespace Rtc.Transports;

/// <summary>What the application is told of a DirectTransport.</summary>
public interface IDirectTransportListener : ITransportListener
{
    /// <summary>RTCP for the application.</summary>
    /// <param name="rtcp">A plain RTCP packet. Gone when the call returns.</param>
    void OnRtcp(ReadOnlySpan<byte> rtcp);
}
