using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Rtc.Routing;

/// <summary>
/// What precedes a message between the PipeTransports of two routers when it names subchannels: an 8-byte mark whose
/// two lowest bits tell whether a required (2) and an ignored (1) subchannel follow, the number of subchannels,
/// the subchannels, the required and the ignored one; all big-endian, 16 bits each.
/// </summary>
public static class SubchannelHeader
{
    /// <summary>Length of the longest header, in bytes.</summary>
    public const int MaxLength = FixedLength + (ushort.MaxValue * sizeof(ushort)) + (2 * sizeof(ushort));

    private const int FixedLength = sizeof(ulong) + sizeof(ushort);
    private const ulong Mark = 0xA5F0_9CB3_D6E1_F28C;
    private const ulong RequiredFlag = 2;
    private const ulong IgnoredFlag = 1;

    /// <summary>Bytes that the header of a message with so many subchannels takes at most.</summary>
    public static int LengthFor(int subchannels) => FixedLength + ((subchannels + 2) * sizeof(ushort));

    /// <summary>Writes the header of a message and returns its length; 0 when the message names nothing.</summary>
    /// <param name="message">The message.</param>
    /// <param name="filter">Only subchannels in it are named, unless it is empty.</param>
    /// <param name="destination">At least <see cref="LengthFor"/> bytes.</param>
    public static int Write(in DataMessage message, SubchannelSet filter, Span<byte> destination)
    {
        ulong mark = Mark;
        int offset = FixedLength;
        foreach (ushort subchannel in message.Subchannels)
        {
            if (filter.IsEmpty || filter.Contains(subchannel))
                Append(destination, ref offset, subchannel);
        }

        int count = (offset - FixedLength) / sizeof(ushort);
        if (message.RequiredSubchannel is { } required)
        {
            mark |= RequiredFlag;
            Append(destination, ref offset, required);
        }

        if (message.IgnoredSubchannel is { } ignored)
        {
            mark |= IgnoredFlag;
            Append(destination, ref offset, ignored);
        }

        if (offset == FixedLength)
            return 0;

        BinaryPrimitives.WriteUInt64BigEndian(destination, mark);
        BinaryPrimitives.WriteUInt16BigEndian(destination[sizeof(ulong)..], (ushort)count);
        return offset;
    }

    /// <summary>Splits a message; false when it begins with no header, or one that is cut off.</summary>
    /// <param name="ppid">SCTP payload protocol id of the message.</param>
    /// <param name="payload">What arrived.</param>
    /// <param name="scratch">Where its subchannels are written; grows.</param>
    /// <param name="message">The message without the header; it refers to both.</param>
    public static bool TryParse(
        uint ppid, ReadOnlySpan<byte> payload, [NotNull] ref ushort[]? scratch, out DataMessage message)
    {
        scratch ??= [];
        message = default;
        if (payload.Length < FixedLength)
            return false;

        ulong mark = BinaryPrimitives.ReadUInt64BigEndian(payload);
        if ((mark & ~(RequiredFlag | IgnoredFlag)) != Mark)
            return false;

        int count = BinaryPrimitives.ReadUInt16BigEndian(payload[sizeof(ulong)..]);
        bool hasRequired = (mark & RequiredFlag) != 0;
        bool hasIgnored = (mark & IgnoredFlag) != 0;
        int length = FixedLength + ((count + (hasRequired ? 1 : 0) + (hasIgnored ? 1 : 0)) * sizeof(ushort));
        if (payload.Length < length)
            return false;

        if (scratch.Length < count)
            scratch = new ushort[count];

        int offset = FixedLength;
        for (int i = 0; i < count; i++)
            scratch[i] = Take(payload, ref offset);

        message = new DataMessage(ppid, payload[length..])
        {
            Subchannels = scratch.AsSpan(0, count),
            RequiredSubchannel = hasRequired ? Take(payload, ref offset) : null,
            IgnoredSubchannel = hasIgnored ? Take(payload, ref offset) : null,
        };
        return true;
    }

    private static void Append(Span<byte> destination, ref int offset, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination[offset..], value);
        offset += sizeof(ushort);
    }

    private static ushort Take(ReadOnlySpan<byte> source, ref int offset)
    {
        ushort value = BinaryPrimitives.ReadUInt16BigEndian(source[offset..]);
        offset += sizeof(ushort);
        return value;
    }
}
