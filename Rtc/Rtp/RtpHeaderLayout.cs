using System.Buffers.Binary;

namespace Rtc.Rtp;

/// <summary>Where things stand in a header that was written; -1 is absent.</summary>
internal readonly struct RtpHeaderLayout
{
    public int Length { get; init; }

    public int MidOffset { get; init; }

    public int AbsSendTimeOffset { get; init; }

    public int TransportCcOffset { get; init; }

    public bool IsTwoByteForm { get; init; }

    public static int GetLength(in RtpPacketView source, in RtpExtensionList extensions) =>
        RtpPacketView.FixedHeaderLength + source.Csrcs.Length + extensions.WireLength;

    /// <summary>Writes fixed header, contributing sources and header extension (RFC 3550, RFC 8285).</summary>
    public static RtpHeaderLayout Write(
        Span<byte> destination, in RtpPacketView source, byte payloadType, uint ssrc, in RtpExtensionList extensions)
    {
        ReadOnlySpan<byte> csrcs = source.Csrcs;
        int extensionLength = extensions.WireLength;
        destination[0] = (byte)(0x80 | (extensionLength > 0 ? 0x10 : 0) | (csrcs.Length / 4));
        destination[1] = (byte)((source.Marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], source.SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], source.Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], ssrc);
        csrcs.CopyTo(destination[RtpPacketView.FixedHeaderLength..]);

        int offset = RtpPacketView.FixedHeaderLength + csrcs.Length;
        if (extensionLength == 0)
        {
            return new RtpHeaderLayout
            {
                Length = offset,
                MidOffset = -1,
                AbsSendTimeOffset = -1,
                TransportCcOffset = -1,
            };
        }

        bool isOneByteForm = extensions.IsOneByteForm;
        BinaryPrimitives.WriteUInt16BigEndian(destination[offset..], (ushort)(isOneByteForm ? 0xBEDE : 0x1000));
        BinaryPrimitives.WriteUInt16BigEndian(destination[(offset + 2)..], (ushort)((extensionLength - 4) / 4));
        return WriteElements(destination[..(offset + extensionLength)], offset + 4, extensions, isOneByteForm);
    }

    private static RtpHeaderLayout WriteElements(
        Span<byte> header, int offset, in RtpExtensionList extensions, bool isOneByteForm)
    {
        int mid = -1, absSendTime = -1, transportCc = -1;
        ReadOnlySpan<byte> elements = extensions.Elements;
        while (!elements.IsEmpty)
        {
            byte id = elements[0];
            int length = elements[1];
            if (isOneByteForm)
            {
                header[offset++] = (byte)((id << 4) | (length - 1));
            }
            else
            {
                header[offset++] = id;
                header[offset++] = (byte)length;
            }

            if (id == extensions.MidId)
                mid = offset;
            else if (id == extensions.AbsSendTimeId)
                absSendTime = offset;
            else if (id == extensions.TransportCcId)
                transportCc = offset;

            elements.Slice(2, length).CopyTo(header[offset..]);
            offset += length;
            elements = elements[(2 + length)..];
        }

        header[offset..].Clear();
        return new RtpHeaderLayout
        {
            Length = header.Length,
            MidOffset = mid,
            AbsSendTimeOffset = absSendTime,
            TransportCcOffset = transportCc,
            IsTwoByteForm = !isOneByteForm,
        };
    }
}
