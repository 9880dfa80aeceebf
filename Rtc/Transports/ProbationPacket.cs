using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtp;

namespace Rtc.Transports;

/// <summary>
/// The packets that a probe is padded with: zeros on a stream of their own that nobody plays, with the header
/// extensions that feedback needs. Receivers know the stream by its MID.
/// </summary>
internal sealed class ProbationPacket(RtpPacketPool packets, uint firstSequenceNumber)
{
    /// <summary>The SSRC, which no consumer has.</summary>
    public const uint Ssrc = 1234;

    /// <summary>The payload type, which the application negotiates for it.</summary>
    public const byte PayloadType = 127;

    /// <summary>Most bytes of padding.</summary>
    public const int MaxPayload = 1400;

    private ushort _sequenceNumber = (ushort)firstSequenceNumber;
    private RtpPacket? _packet;

    private static RtpMid Mid => new("probator"u8);

    /// <summary>The next packet, of so many bytes without what encryption adds; false when there is no memory.</summary>
    public bool TryCreate(int size, long nowUs, out OutgoingRtp outgoing)
    {
        outgoing = default;
        if (_packet is null && !TryWrite(nowUs, out _packet))
            return false;

        int payload = Math.Clamp(size - _packet.HeaderLength, 0, MaxPayload);
        outgoing = new OutgoingRtp(_packet)
        {
            Ssrc = Ssrc,
            SequenceNumber = _sequenceNumber++,
            Mid = Mid,
            PrefixReplaces = MaxPayload - payload,
        };
        return true;
    }

    /// <summary>Gives its memory back.</summary>
    public void Close()
    {
        _packet?.Release(BufferPurpose.Forwarding);
        _packet = null;
    }

    private bool TryWrite(long nowUs, [NotNullWhen(true)] out RtpPacket? packet)
    {
        Span<byte> bytes = stackalloc byte[RtpPacketView.FixedHeaderLength + MaxPayload];
        bytes.Clear();
        bytes[0] = 0x80;
        bytes[1] = PayloadType;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Ssrc);
        packet = null;
        if (!RtpPacketView.TryParse(bytes, out RtpPacketView view))
            throw new InvalidOperationException("a probation packet cannot be parsed");

        Span<byte> scratch = stackalloc byte[64];
        var extensions = new RtpExtensionList(scratch);
        extensions.AddMid(ForwardedExtensionIds.Mid);
        extensions.AddAbsSendTime(ForwardedExtensionIds.AbsSendTime);
        extensions.AddTransportCc(ForwardedExtensionIds.TransportCc);
        return packets.TryWrite(view, PayloadType, Ssrc, extensions, nowUs, out packet);
    }
}
