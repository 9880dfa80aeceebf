using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Streams;

/// <summary>
/// What a sender remembers of a packet: the shared packet and what differed when it was sent. It holds the packet by its
/// number and not by reference: there are 2,500 of these a consumer, and the collector would look at all of them. 16
/// bytes, four to a line of the cache.
/// </summary>
internal struct SentRtp
{
    /// <summary>How many there are in a line of the processor's cache, 64 bytes.</summary>
    public const int CountInCacheLine = 4;

    private const uint MarkerBit = 1u << 31;
    private const uint RetransmittedBit = 1u << 30;

    /// <summary><see cref="RtpPacket.Number"/>; 0 where nothing was sent.</summary>
    public int PacketNumber;
    public uint Timestamp;

    // The bits of the picture numbers and those above.
    private uint _bits;

    /// <summary>The transport-wide number that it left with; 0 when it had none.</summary>
    public ushort TransportCc;

    // Goes round after a minute: a packet that is asked for again just then, which it takes a silent stream for, leaves
    // when it is asked for once more.
    private ushort _retransmittedAtMs;

    public readonly bool IsEmpty => PacketNumber == 0;

    public readonly bool Marker => (_bits & MarkerBit) != 0;

    public readonly bool IsRetransmitted => (_bits & RetransmittedBit) != 0;

    public readonly PictureNumbers PictureNumbers => PictureNumbers.FromBits(_bits & PictureNumbers.AllBits);

    public void Fill(RtpPacket packet, uint timestamp, bool marker, PictureNumbers pictureNumbers)
    {
        PacketNumber = packet.Number;
        Timestamp = timestamp;
        _bits = pictureNumbers.Bits | (marker ? MarkerBit : 0);
        TransportCc = 0;
    }

    /// <summary>Notes that it is sent again, to the millisecond.</summary>
    public void SetRetransmitted(long nowUs)
    {
        _bits |= RetransmittedBit;
        _retransmittedAtMs = (ushort)(nowUs / 1000);
    }

    /// <summary>Whether it was sent again and not longer ago than that, to the millisecond.</summary>
    public readonly bool IsRetransmittedWithin(long timeUs, long nowUs) =>
        IsRetransmitted && (ushort)(nowUs / 1000 - _retransmittedAtMs) * 1000L <= timeUs;
}
