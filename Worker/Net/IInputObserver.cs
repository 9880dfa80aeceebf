using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// Sees every input of the core in the order in which the core gets it: enough to write a session down and to replay
/// it. Spans are only valid during the call.
/// </summary>
public interface IInputObserver
{
    /// <summary>A datagram is about to be handed in.</summary>
    void OnDatagram(IDatagramSocket socket, in TransportAddress remote, ReadOnlySpan<byte> datagram, long nowUs);

    /// <summary>The end of a connection is about to be told.</summary>
    void OnSocketClosed(IDatagramSocket socket, long nowUs);

    /// <summary>A request or notification of the application is about to be handled.</summary>
    /// <param name="message">The FlatBuffers message without its length prefix.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    void OnMessage(ReadOnlySpan<byte> message, long nowUs);

    /// <summary>All deadlines up to <paramref name="nowUs"/> are about to expire.</summary>
    void OnExpire(long nowUs);

    /// <summary>Random bytes were handed out.</summary>
    void OnRandom(ReadOnlySpan<byte> bytes);
}
