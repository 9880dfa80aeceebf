namespace Rtc.Seams;

/// <summary>Where the rim hands in what arrives: the one seam through which the network reaches the core.</summary>
public interface IDatagramReceiver
{
    /// <summary>
    /// One datagram. The bytes are the receiver's to change in place (decryption does) and are gone when the call
    /// returns. Nothing in them can be trusted.
    /// </summary>
    /// <param name="socket">What it arrived on.</param>
    /// <param name="remote">Who sent it.</param>
    /// <param name="datagram">Its bytes, at most 65,535.</param>
    /// <param name="nowUs">Monotonic time of arrival in microseconds.</param>
    void OnDatagram(IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs);

    /// <summary>The socket is gone: a TCP connection was closed by its peer or broke. No datagram comes from it.</summary>
    void OnSocketClosed(IDatagramSocket socket, long nowUs);
}
