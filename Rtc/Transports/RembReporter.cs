using Rtc.Congestion;
using Rtc.Rtcp;
using Rtc.Rtp;

namespace Rtc.Transports;

/// <summary>
/// Tells the peer how much its link carries, once a second and at once when that falls: for peers that estimate nothing
/// themselves. There from the first producer on that negotiates absolute send times and REMB, but no transport-wide
/// feedback.
/// </summary>
internal sealed class RembReporter(Transport transport)
{
    private const long IntervalUs = 1_000_000;
    private const double Fall = 0.97;
    private const int MostSsrcs = 32;

    private readonly ReceiveSideEstimator _estimator = new();
    private readonly uint[] _ssrcs = new uint[MostSsrcs];
    private int _ssrcCount;
    private long _lastUs;
    private long _lastBitrate;

    /// <summary>Bits a second that the peer may send.</summary>
    public long Bitrate => transport.Limits.MaxIncoming > 0
        ? Math.Min(_estimator.Bitrate, (long)transport.Limits.MaxIncoming)
        : _estimator.Bitrate;

    /// <summary>Whether a producer wants it: by header extension, and by the feedback of a codec.</summary>
    public static bool IsWanted(RtpParameters parameters) =>
        parameters.HeaderExtensionIds.AbsSendTime != 0 && FeedbackRules.Has(parameters, FeedbackRules.Remb);

    /// <summary>A packet arrived.</summary>
    public void OnPacket(in RtpPacketView packet, byte extensionId, long nowUs)
    {
        if (!packet.TryGetAbsSendTime(extensionId, out uint absSendTime))
            return;

        Remember(packet.Ssrc);
        _estimator.OnPacket(absSendTime, packet.Length, nowUs);
        long bitrate = Bitrate;
        if (nowUs - _lastUs < IntervalUs && bitrate >= _lastBitrate * Fall)
            return;

        Span<byte> remb = stackalloc byte[RtcpWriter.RembLength(MostSsrcs)];
        int length = RtcpWriter.WriteRemb(remb, senderSsrc: 0, (ulong)bitrate, _ssrcs.AsSpan(0, _ssrcCount));
        transport.SendRtcp(remb[..length], nowUs);
        _lastUs = nowUs;
        _lastBitrate = bitrate;
        _ssrcCount = 0;
    }

    private void Remember(uint ssrc)
    {
        if (_ssrcCount < MostSsrcs && !_ssrcs.AsSpan(0, _ssrcCount).Contains(ssrc))
            _ssrcs[_ssrcCount++] = ssrc;
    }
}
