using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Rtc.Rtp;

/// <summary>
/// An RTP packet (RFC 3550 section 5.1) in somebody else's memory, with every length checked. Dies with the memory.
/// Header extensions (RFC 8285, one-byte and two-byte form) are found by id; an element of a length that its meaning
/// does not allow counts as absent.
/// </summary>
public ref struct RtpPacketView
{
    /// <summary>Bytes of the fixed header.</summary>
    public const int FixedHeaderLength = 12;

    private const int OneByteProfile = 0xBEDE;
    private const int TwoByteProfile = 0x1000;
    private const int TwoByteProfileMask = 0xFFF0;

    private readonly Span<byte> _packet;
    private ElementOffsets _elements;
    private int _extensionOffset;
    private int _extensionLength;
    private ElementForm _form;

    private RtpPacketView(Span<byte> packet)
    {
        _packet = packet;
        Marker = (packet[1] & 0x80) != 0;
        PayloadType = (byte)(packet[1] & 0x7F);
        SequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        Timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        Ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
    }

    private enum ElementForm : byte
    {
        None,
        OneByte,
        TwoByte,
    }

    /// <summary>The marker bit.</summary>
    public readonly bool Marker { get; }

    /// <summary>The payload type, 0 to 127.</summary>
    public byte PayloadType { readonly get; private set; }

    /// <summary>The sequence number.</summary>
    public ushort SequenceNumber { readonly get; private set; }

    /// <summary>The timestamp, in ticks of the codec's clock.</summary>
    public readonly uint Timestamp { get; }

    /// <summary>The synchronization source.</summary>
    public uint Ssrc { readonly get; private set; }

    /// <summary>Contributing sources, 4 bytes each in network order.</summary>
    public readonly ReadOnlySpan<byte> Csrcs => _packet.Slice(FixedHeaderLength, (_packet[0] & 0x0F) * 4);

    /// <summary>Bytes in front of the payload: fixed header, contributing sources, header extension.</summary>
    public int HeaderLength { readonly get; private set; }

    /// <summary>Bytes of the payload, without padding.</summary>
    public int PayloadLength { readonly get; private set; }

    /// <summary>Bytes of padding, with the one that counts them.</summary>
    public int PaddingLength { readonly get; private set; }

    /// <summary>Bytes of header, payload and padding.</summary>
    public readonly int Length => HeaderLength + PayloadLength + PaddingLength;

    /// <summary>The payload, without padding.</summary>
    public readonly ReadOnlySpan<byte> Payload => _packet.Slice(PayloadOffset, PayloadLength);

    private int PayloadOffset { readonly get; set; }

    /// <summary>
    /// Whether bytes look like RTP among what shares a port (RFC 7983): 12 bytes or more, the first from 128 to 191.
    /// RTCP looks the same and is told apart by its packet type first.
    /// </summary>
    public static bool IsRtp(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= FixedHeaderLength && datagram[0] is >= 128 and <= 191;

    /// <summary>Checks a whole packet. False when any announced length does not fit.</summary>
    public static bool TryParse(Span<byte> datagram, out RtpPacketView view)
    {
        view = default;
        if (!IsRtp(datagram) || datagram.Length > ushort.MaxValue)
            return false;

        var parsed = new RtpPacketView(datagram);
        int headerLength = FixedHeaderLength + ((datagram[0] & 0x0F) * 4);
        if ((datagram[0] & 0x10) != 0)
        {
            if (datagram.Length < headerLength + 4)
                return false;

            int profile = BinaryPrimitives.ReadUInt16BigEndian(datagram[headerLength..]);
            parsed._extensionLength = BinaryPrimitives.ReadUInt16BigEndian(datagram[(headerLength + 2)..]) * 4;
            parsed._extensionOffset = headerLength + 4;
            headerLength += 4 + parsed._extensionLength;
            if (datagram.Length < headerLength || !parsed.TryIndexElements(profile))
                return false;
        }

        int padding = 0;
        if ((datagram[0] & 0x20) != 0)
        {
            padding = datagram[^1];
            if (padding == 0 || datagram.Length < headerLength + padding)
                return false;
        }

        if (datagram.Length < headerLength)
            return false;

        parsed.HeaderLength = headerLength;
        parsed.PayloadOffset = headerLength;
        parsed.PaddingLength = padding;
        parsed.PayloadLength = datagram.Length - headerLength - padding;
        view = parsed;
        return true;
    }

    /// <summary>
    /// Sees the packet that an RTX packet (RFC 4588 section 4) carries: with the original sequence number out of the
    /// payload, the rest of the payload, no padding, and the payload type and SSRC given. The bytes stay as they are.
    /// False when the payload is too short to be one; senders probe with such packets.
    /// </summary>
    public readonly bool TryUnwrapRtx(byte payloadType, uint ssrc, out RtpPacketView media)
    {
        media = this;
        if (PayloadLength < 2)
            return false;

        media.SequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(Payload);
        media.PayloadType = payloadType;
        media.Ssrc = ssrc;
        media.PayloadOffset += 2;
        media.PayloadLength -= 2;
        media.PaddingLength = 0;
        return true;
    }

    /// <summary>
    /// The data of the header extension element with an id; false when there is none. 0 finds nothing.
    /// </summary>
    public readonly bool TryGetExtension(byte id, out ReadOnlySpan<byte> data)
    {
        int offset = id < ElementOffsets.Length ? _elements[id] : FindElement(id);
        if (offset == 0)
        {
            data = default;
            return false;
        }

        int length = _form == ElementForm.OneByte ? (_packet[offset - 1] & 0x0F) + 1 : _packet[offset - 1];
        data = _packet.Slice(offset, length);
        return true;
    }

    /// <summary>Steps through the header extension elements in their order on the wire.</summary>
    public readonly RtpExtensionEnumerator GetExtensions() =>
        new(
            _packet.Slice(_extensionOffset, _form == ElementForm.None ? 0 : _extensionLength),
            _form == ElementForm.OneByte);

    /// <summary>The MID, UTF-8, not empty.</summary>
    public readonly bool TryGetMid(byte id, out ReadOnlySpan<byte> mid) => TryGetExtension(id, out mid) && !mid.IsEmpty;

    /// <summary>The RTP stream id or, when there is none, the repaired one: UTF-8, not empty.</summary>
    public readonly bool TryGetRid(byte ridId, byte repairedRidId, out ReadOnlySpan<byte> rid) =>
        (TryGetExtension(ridId, out rid) && !rid.IsEmpty) || (TryGetExtension(repairedRidId, out rid) && !rid.IsEmpty);

    /// <summary>The absolute send time: 24 bits, seconds in 6.18 fixed point.</summary>
    public readonly bool TryGetAbsSendTime(byte id, out uint absSendTime)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length == 3;
        absSendTime = found ? ReadUInt24(data) : 0;
        return found;
    }

    /// <summary>The transport-wide sequence number.</summary>
    public readonly bool TryGetTransportCc(byte id, out ushort sequenceNumber)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length == 2;
        sequenceNumber = found ? BinaryPrimitives.ReadUInt16BigEndian(data) : (ushort)0;
        return found;
    }

    /// <summary>The audio level (RFC 6464): 0 (loudest) to 127 (silence) -dBov, and whether it is voice.</summary>
    public readonly bool TryGetAudioLevel(byte id, out byte level, out bool isVoice)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length == 1;
        level = found ? (byte)(data[0] & 0x7F) : (byte)0;
        isVoice = found && (data[0] & 0x80) != 0;
        return found;
    }

    /// <summary>The video orientation (3GPP TS 26.114 section 7.4.5).</summary>
    public readonly bool TryGetVideoOrientation(byte id, out VideoOrientation orientation)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length == 1;
        orientation = found ? VideoOrientation.FromByte(data[0]) : default;
        return found;
    }

    /// <summary>The transmission time offset (RFC 5450), in ticks of the codec's clock.</summary>
    public readonly bool TryGetTimeOffset(byte id, out int ticks)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length == 3;
        ticks = found ? (int)(ReadUInt24(data) << 8) >> 8 : 0;
        return found;
    }

    /// <summary>
    /// The absolute capture time: NTP time of capture in 32.32 fixed point, and how far the capturer's clock is ahead
    /// of the sender's in the same format, 0 in the short form.
    /// </summary>
    public readonly bool TryGetAbsCaptureTime(byte id, out ulong captureTime, out long clockOffset)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length is 8 or 16;
        captureTime = found ? BinaryPrimitives.ReadUInt64BigEndian(data) : 0;
        clockOffset = found && data.Length == 16 ? BinaryPrimitives.ReadInt64BigEndian(data[8..]) : 0;
        return found;
    }

    /// <summary>The playout delay bounds, in units of 10 ms.</summary>
    public readonly bool TryGetPlayoutDelay(byte id, out ushort min, out ushort max)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length == 3;
        uint value = found ? ReadUInt24(data) : 0;
        min = (ushort)(value >> 12);
        max = (ushort)(value & 0xFFF);
        return found;
    }

    /// <summary>The number that a router gave the packet.</summary>
    public readonly bool TryGetPacketId(byte id, out uint packetId)
    {
        bool found = TryGetExtension(id, out ReadOnlySpan<byte> data) && data.Length == 4;
        packetId = found ? BinaryPrimitives.ReadUInt32BigEndian(data) : 0;
        return found;
    }

    private static uint ReadUInt24(ReadOnlySpan<byte> data) => (uint)((data[0] << 16) | (data[1] << 8) | data[2]);

    private bool TryIndexElements(int profile)
    {
        if (profile != OneByteProfile && (profile & TwoByteProfileMask) != TwoByteProfile)
            return true;

        _form = profile == OneByteProfile ? ElementForm.OneByte : ElementForm.TwoByte;
        var elements = new RtpExtensionEnumerator(
            _packet.Slice(_extensionOffset, _extensionLength), _form == ElementForm.OneByte);
        while (elements.MoveNext())
        {
            if (elements.CurrentId < ElementOffsets.Length)
                _elements[elements.CurrentId] = (ushort)(_extensionOffset + elements.CurrentOffset);
        }

        return !elements.IsMalformed;
    }

    private readonly int FindElement(byte id)
    {
        int offset = 0;
        RtpExtensionEnumerator elements = GetExtensions();
        while (elements.MoveNext())
        {
            if (elements.CurrentId == id)
                offset = _extensionOffset + elements.CurrentOffset;
        }

        return offset;
    }

    /// <summary>Where the data of the elements with small ids stands in the packet; 0 is absent.</summary>
    [InlineArray(Length)]
    private struct ElementOffsets
    {
        public const int Length = 16;

        private ushort _first;
    }
}
