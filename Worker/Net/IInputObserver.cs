using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// Sees every input of the core in the order in which the core gets it: enough to write a session down and to replay
/// it. Spans are only valid during the call.
/// </summary>
public interface IInputObserver
{
    /// <summary>The datagrams that follow were received with one call: their packets may be forwarded together.</summary>
    void OnBatchOpened();

    /// <summary>There are no more of them.</summary>
    void OnBatchClosed();

    /// <summary>A datagram is about to be handed in.</summary>
    void OnDatagram(IDatagramSocket socket, in TransportAddress remote, ReadOnlySpan<byte> datagram, long nowUs);

    /// <summary>The end of a connection is about to be told.</summary>
    void OnSocketClosed(IDatagramSocket socket, long nowUs);

    /// <summary>Bytes of the application's messages are about to be handled, whole or in part, as they arrived.</summary>
    void OnChannelBytes(ReadOnlySpan<byte> bytes, long nowUs);

    /// <summary>All deadlines up to <paramref name="nowUs"/> are about to expire.</summary>
    void OnExpire(long nowUs);

    /// <summary>Random bytes were handed out.</summary>
    void OnRandom(ReadOnlySpan<byte> bytes);
}
