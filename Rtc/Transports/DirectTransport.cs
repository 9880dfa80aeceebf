using System.Numerics;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// A transport without a network: its peer is the application, which hands in packets and data messages and is handed
/// those of its consumers. Always connected; it sends no regular reports.
/// </summary>
public sealed class DirectTransport : Transport
{
    /// <summary>The longest RTCP compound that is taken, in bytes.</summary>
    public const int MaxRtcpLength = 1_600;

    private const uint LeastRoom = 2_048;

    private readonly IDirectTransportListener _listener;
    private byte[] _outgoing = [];

    /// <summary>Makes a transport that nothing hangs on.</summary>
    public DirectTransport(string id, TransportOptions options, Router router, IDirectTransportListener listener)
        : base(id, options, router, listener) =>
        _listener = listener;

    /// <inheritdoc/>
    public override bool IsConnected => true;

    /// <summary>RTCP of the application.</summary>
    public void OnRtcp(ReadOnlySpan<byte> compound, long nowUs)
    {
        Traffic.OnReceived(compound.Length, nowUs);
        if (compound.Length > MaxRtcpLength)
            Counters.TooLong++;
        else
            ReceiveRtcp(compound, nowUs);
    }

    /// <summary>What the transport looks like at this moment.</summary>
    public TransportDump Dump() => DumpBase();

    /// <inheritdoc/>
    public override void CheckCarries(DataChannelType type)
    {
        if (type != DataChannelType.Direct)
            throw RequestException.TypeError($"transport {Id} is a DirectTransport: it does not speak SCTP");
    }

    /// <inheritdoc/>
    public override DataSendResult SendMessage(
        DataConsumer consumer, uint ppid, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, long nowUs)
    {
        consumer.Listener.OnMessage(ppid, payload);
        Traffic.OnSent(payload.Length, nowUs);
        return DataSendResult.Queued;
    }

    /// <inheritdoc/>
    private protected override int WriteRtp(
        Consumer? consumer, in OutgoingRtp packet, uint absSendTime, ushort transportCc)
    {
        // Nothing is probed where there is no link.
        if (consumer is null)
            return 0;

        Grow(ref _outgoing, packet.Length);
        int headerLength = packet.WriteHeader(_outgoing, absSendTime, transportCc);
        int length = headerLength + packet.WritePayload(_outgoing.AsSpan(headerLength));
        consumer.Listener.OnRtp(_outgoing.AsSpan(0, length));
        return length;
    }

    /// <inheritdoc/>
    private protected override int WriteRtcp(ReadOnlySpan<byte> rtcp)
    {
        _listener.OnRtcp(rtcp);
        return rtcp.Length;
    }

    /// <inheritdoc/>
    private protected override void ForgetReceiveStream(uint ssrc)
    {
        // Nothing is encrypted.
    }

    /// <inheritdoc/>
    private protected override void ForgetSendStream(uint ssrc)
    {
        // Nothing is encrypted.
    }

    /// <inheritdoc/>
    private protected override void OnClose(long nowUs)
    {
        // Nothing is held open.
    }

    private static void Grow(ref byte[] room, int length)
    {
        if (room.Length < length)
            room = new byte[Math.Max(LeastRoom, BitOperations.RoundUpToPowerOf2((uint)length))];
    }
}
