using System.Runtime.CompilerServices;
using Rtc.Routing;
using Rtc.Streams;
using Rtc.Sctp;

namespace Rtc.Transports;

/// <summary>Counts what passes a transport, by kind, over the windows that the application's statistics have.</summary>
public sealed class TransportTraffic
{
    private const int DatagramWindowMs = 1000;
    private const int RtxWindowMs = 1000;
    private const int ProbationWindowMs = 100;

    // What is counted for every packet of every consumer stands together.
    private RateCalculator _sent = new(DatagramWindowMs);
    private RateCalculator _rtpSent = new(RtpDataCounter.DefaultWindowMs);
    private RateCalculator _received = new(DatagramWindowMs);

    // Made with the first packet: hardly a transport has all kinds.
    private RtpDataCounter? _rtpReceived;
    private RtpDataCounter? _rtxReceived;
    private RtpDataCounter? _rtxSent;
    private RtpDataCounter? _probationSent;

    /// <summary>A datagram of any kind arrived.</summary>
    public void OnReceived(int length, long nowUs) => _received.Add(length, nowUs);

    /// <summary>A datagram of any kind was queued; <paramref name="length"/> is what the network carries.</summary>
    public void OnSent(int length, long nowUs) => _sent.Add(length, nowUs);

    /// <summary>An RTP packet of a producer arrived.</summary>
    /// <param name="isRtx">Whether it came by RTX.</param>
    /// <param name="packetLength">Bytes of the whole RTP packet.</param>
    /// <param name="payloadLength">Bytes of its payload.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public void OnRtpReceived(bool isRtx, int packetLength, int payloadLength, long nowUs)
    {
        RtpDataCounter counter = isRtx
            ? _rtxReceived ??= new(countPaddingOnly: true, RtxWindowMs)
            : _rtpReceived ??= new(countPaddingOnly: true);
        counter.Add(packetLength, payloadLength, nowUs);
    }

    /// <summary>An RTP packet of a consumer was queued.</summary>
    /// <param name="kind">Whether it is media or is sent again.</param>
    /// <param name="sentLength">What the network carries.</param>
    /// <param name="packetLength">Bytes of the RTP packet in plaintext.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OnRtpSent(RtpSendKind kind, int sentLength, int packetLength, long nowUs)
    {
        _sent.Add(sentLength, nowUs);
        if (kind == RtpSendKind.Media)
            _rtpSent.Add(packetLength, nowUs);
        else
            OnRtxSent(packetLength, nowUs);
    }

    /// <summary>A probation packet was queued.</summary>
    public void OnProbationSent(int packetLength, int payloadLength, long nowUs)
    {
        _probationSent ??= new RtpDataCounter(countPaddingOnly: true, ProbationWindowMs);
        _probationSent.Add(packetLength, payloadLength, nowUs);
    }

    /// <summary>The numbers at this moment, with what only the transport knows.</summary>
    /// <param name="transportId">Id of the transport.</param>
    /// <param name="limits">Limits that the application set.</param>
    /// <param name="lossReceived">Loss from the peer, 0 to 1; null where no transport-wide feedback is sent.</param>
    /// <param name="remb">What we estimate from the peer, bits a second; null where the peer estimates.</param>
    /// <param name="outgoing">What is estimated towards the peer; null when nothing is.</param>
    /// <param name="sctpState">How far the association is; null where SCTP is off.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    internal TransportStats Snapshot(
        string transportId,
        BitrateLimits limits,
        double? lossReceived,
        long? remb,
        OutgoingBandwidth? outgoing,
        SctpState? sctpState,
        long nowUs) => new()
    {
        TransportId = transportId,
        SctpState = sctpState,
        TimestampMs = (ulong)(nowUs / 1000),
        Received = Of(ref _received, nowUs),
        Sent = Of(ref _sent, nowUs),
        RtpReceived = Of(_rtpReceived, nowUs),
        RtpSent = Of(ref _rtpSent, nowUs),
        RtxReceived = Of(_rtxReceived, nowUs),
        RtxSent = Of(_rtxSent, nowUs),
        ProbationSent = Of(_probationSent, nowUs),
        AvailableOutgoingBitrate = (ulong?)outgoing?.AvailableBitrate,
        RtpPacketLossSent = outgoing?.Loss,
        AvailableIncomingBitrate = (ulong?)remb ?? (lossReceived is null ? null : 0ul),
        RtpPacketLossReceived = lossReceived ?? (remb is null ? null : 0),
        MaxIncomingBitrate = NullIfZero(limits.MaxIncoming),
        MaxOutgoingBitrate = NullIfZero(limits.MaxOutgoing),
        MinOutgoingBitrate = NullIfZero(limits.MinOutgoing),
    };

    private void OnRtxSent(int packetLength, long nowUs)
    {
        _rtxSent ??= new RtpDataCounter(countPaddingOnly: true, RtxWindowMs);
        _rtxSent.Add(packetLength, payloadLength: 0, nowUs);
    }

    private static ulong? NullIfZero(ulong value) => value == 0 ? null : value;

    private static TrafficStats Of(ref RateCalculator counter, long nowUs) =>
        new((ulong)counter.TotalBytes, (ulong)counter.GetBitsPerSecond(nowUs));

    private static TrafficStats Of(RtpDataCounter? counter, long nowUs) => counter is null
        ? default
        : new((ulong)counter.Bytes, (ulong)counter.GetBitrate(nowUs));
}
