using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>What transports share whose peer is reached by datagrams.</summary>
public abstract class NetworkTransport : Transport, IDatagramReceiver
{
    /// <summary>Makes a transport that nothing hangs on.</summary>
    private protected NetworkTransport(
        string id, TransportOptions options, Router router, ITransportListener listener)
        : base(id, options, router, listener)
    {
        if (options.Sctp is { } sctp)
            Sctp = new SctpEndpoint(this, options, sctp);
    }

    /// <summary>Whether the path is open to whoever can send datagrams: SCTP's cookie is then authenticated.</summary>
    internal abstract bool IsInTheClear { get; }

    /// <summary>Whether messages come from another router and may say for which subchannels.</summary>
    internal virtual bool IsPipe => false;

    /// <inheritdoc/>
    public abstract void OnDatagram(
        IDatagramSocket socket, in TransportAddress remote, Span<byte> datagram, long nowUs);

    /// <inheritdoc/>
    public abstract void OnSocketClosed(IDatagramSocket socket, long nowUs);

    /// <inheritdoc/>
    public override void CheckCarries(DataChannelType type)
    {
        if (Sctp is null)
            throw RequestException.Error($"transport {Id}: SCTP is not enabled");

        if (type != DataChannelType.Sctp)
            throw RequestException.TypeError($"transport {Id} is not a DirectTransport: it speaks SCTP only");
    }

    /// <inheritdoc/>
    public override DataSendResult SendMessage(
        DataConsumer consumer, uint ppid, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, long nowUs) =>
        Sctp!.Send(consumer.Stream!, ppid, header, payload, nowUs);

    /// <summary>Sends a packet of the association; false when it was dropped.</summary>
    internal abstract bool TrySendSctp(ReadOnlySpan<byte> packet, long nowUs);

    /// <inheritdoc/>
    private protected override int WriteRtp(
        Consumer? consumer, in OutgoingRtp packet, uint absSendTime, ushort transportCc)
    {
        RtpPath path = GetRtpPath();
        return path.Tuple is null
            ? 0
            : DatagramWriter.SendRtp(path.Tuple, path.Srtp, packet, absSendTime, transportCc);
    }

    /// <inheritdoc/>
    private protected override int WriteRtcp(ReadOnlySpan<byte> rtcp)
    {
        RtpPath path = GetRtcpPath();
        return path.Tuple is null ? 0 : DatagramWriter.SendRtcp(path.Tuple, path.Srtp, rtcp);
    }

    /// <summary>The way that RTP takes.</summary>
    private protected abstract RtpPath GetRtpPath();

    /// <summary>The way that RTCP takes.</summary>
    private protected abstract RtpPath GetRtcpPath();
}
