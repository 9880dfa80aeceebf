using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Streams;

/// <summary>
/// What a sender remembers of a packet: the shared packet and what differed when it was sent. It holds the packet by its
/// number and not by reference: there are 2,500 of these a consumer, and the collector would look at all of them.
/// </summary>
internal struct SentRtp
{
    /// <summary><see cref="RtpPacket.Number"/>; 0 where nothing was sent.</summary>
    public int PacketNumber;
    public uint Timestamp;
    public ushort SequenceNumber;
    public bool Marker;
    public byte Retransmissions;
    public ushort TransportCc;
    public PictureNumbers PictureNumbers;

    // Where it was sent again. The lower 32 bits: an hour is longer than anything is kept while the stream goes on.
    public uint RetransmittedAtUs;
}
