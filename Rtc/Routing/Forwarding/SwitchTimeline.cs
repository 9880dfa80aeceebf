using Rtc.Rtp;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Joins the RTP timelines of several streams into one (docs/decisions/0005): by the sender's clock, which tells when
/// the media of each was captured, and where it does not, by arrival.
/// </summary>
/// <param name="clockRate">Ticks a second.</param>
internal sealed class SwitchTimeline(uint clockRate)
{
    /// <summary>The most that a stream is shifted so that timestamps ascend, before another key frame is tried.</summary>
    public const int MaxShiftMs = 75;

    /// <summary>The distance of two frames where it is not known.</summary>
    public const int FrameMs = 33;

    // What was sent last, by both clocks and by what it was before it was shifted.
    private bool _hasBegun;
    private long _senderUs = RtpPacket.NoTime;
    private uint _senderTimestamp;
    private long _arrivalUs;
    private uint _arrivalTimestamp;

    private uint _ssrc;
    private uint _offset;
    private uint _shift;

    /// <summary>Whether anything was sent.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>The stream that was sent last.</summary>
    public uint Ssrc => _ssrc;

    /// <summary>What is taken off the timestamps of the stream that is sent.</summary>
    public uint Offset => _offset - _shift;

    /// <summary>
    /// Takes up a stream at its key frame. False when it would have to be shifted by more than
    /// <see cref="MaxShiftMs"/> and <paramref name="acceptsAnyShift"/> is not set; then nothing changes.
    /// </summary>
    public bool TryJoin(RtpPacket keyFrame, in SentPosition sent, bool acceptsAnyShift)
    {
        uint offset = keyFrame.Ssrc == _ssrc || !_hasBegun ? _offset : OffsetOf(keyFrame);
        uint timestamp = keyFrame.Timestamp - offset;
        uint shift = 0;
        if (sent.HasSent && !SequenceNumbers.IsNewer(timestamp, sent.MaxTimestamp))
        {
            shift = sent.MaxTimestamp - timestamp + (FrameMs * clockRate / 1000);
            if (shift > MaxShiftMs * clockRate / 1000 && !acceptsAnyShift)
                return false;
        }

        _ssrc = keyFrame.Ssrc;
        _offset = offset;
        _shift = shift;
        return true;
    }

    /// <summary>A packet of the stream that was taken up is sent.</summary>
    public void Follow(RtpPacket packet)
    {
        // The shift stays out of it: it lasts as long as the stream, and shifts must not add up.
        uint timestamp = packet.Timestamp - _offset;
        if (!_hasBegun || SequenceNumbers.IsNewer(timestamp, _arrivalTimestamp))
        {
            _arrivalUs = packet.ReceivedAtUs;
            _arrivalTimestamp = timestamp;
        }

        _hasBegun = true;
        if (packet.SenderTimeUs == RtpPacket.NoTime)
            return;

        _senderUs = packet.SenderTimeUs;
        _senderTimestamp = timestamp;
    }

    private uint OffsetOf(RtpPacket packet)
    {
        bool byClock = _senderUs != RtpPacket.NoTime && packet.SenderTimeUs != RtpPacket.NoTime;
        uint timestamp = byClock
            ? _senderTimestamp + Ticks(packet.SenderTimeUs - _senderUs)
            : _arrivalTimestamp + Ticks(packet.ReceivedAtUs - _arrivalUs);
        return packet.Timestamp - timestamp;
    }

    // Rounded, for the times are cut off to microseconds: a tick must not be lost with every switch.
    private uint Ticks(long durationUs) => (uint)(long)Math.Round(durationUs * (double)clockRate / 1_000_000);
}
