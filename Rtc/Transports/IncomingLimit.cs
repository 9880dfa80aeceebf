using Rtc.Rtcp;

namespace Rtc.Transports;

/// <summary>
/// Tells the peer by REMB (draft-alvestrand-rmcat-remb) the most that it may send, where its own estimation by
/// transport-cc would not know: again and again while there is a limit, and a few times that there is none any more,
/// because one packet can be lost.
/// </summary>
internal sealed class IncomingLimit(Transport transport)
{
    private const long IntervalUs = 1_500_000;
    private const int Releases = 4;

    private ulong _bitrate;
    private int _releases;
    private long? _sentAtUs;

    /// <summary>Sets the limit in bits a second; 0 is none. That there is none any more is told at once.</summary>
    public void Set(ulong bitrate, long nowUs)
    {
        bool isReleased = _bitrate > 0 && bitrate == 0;
        _bitrate = bitrate;
        _releases = isReleased ? Releases : bitrate > 0 ? 0 : _releases;
        if (isReleased)
            Send(nowUs);
    }

    /// <summary>A packet came: the peer is there and sends.</summary>
    public void OnPacket(long nowUs)
    {
        if ((_bitrate > 0 || _releases > 0) && (_sentAtUs is not { } sentAtUs || nowUs - sentAtUs > IntervalUs))
            Send(nowUs);
    }

    private void Send(long nowUs)
    {
        Span<byte> packet = stackalloc byte[RtcpPacketRules.FeedbackHeaderLength + RembView.FixedLength];
        int length = RtcpWriter.WriteRemb(packet, senderSsrc: 0, _bitrate, ssrcs: []);
        transport.SendRtcp(packet[..length], nowUs);
        _sentAtUs = nowUs;
        if (_releases > 0)
            _releases--;
    }
}
