using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>The common header of a packet (RFC 9260 section 3.1) and its chunks, over the received bytes.</summary>
internal readonly ref struct PacketView
{
    /// <summary>Length of the common header in bytes.</summary>
    public const int HeaderLength = 12;

    private readonly ReadOnlySpan<byte> _bytes;

    private PacketView(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    public uint VerificationTag => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]);

    /// <summary>Whether the checksum field is zero, which is also a possible CRC.</summary>
    public bool HasZeroChecksum => Crc32c.ReadField(_bytes) == 0;

    public bool HasValidChecksum => Crc32c.IsValid(_bytes);

    public ChunkReader Chunks => new(_bytes[HeaderLength..]);

    /// <summary>False when not even one chunk header follows the common header.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out PacketView packet)
    {
        packet = new PacketView(bytes);
        return bytes.Length >= HeaderLength + ChunkView.HeaderLength;
    }
}

/// <summary>One chunk (RFC 9260 section 3.2), without its padding.</summary>
internal readonly ref struct ChunkView(ReadOnlySpan<byte> bytes)
{
    /// <summary>Length of the chunk header in bytes.</summary>
    public const int HeaderLength = 4;

    /// <summary>Header and value.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ChunkType Type => (ChunkType)Bytes[0];

    public byte Flags => Bytes[1];

    public ReadOnlySpan<byte> Value => Bytes[HeaderLength..];
}

/// <summary>Walks the chunks of a packet.</summary>
internal ref struct ChunkReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether the walk ended at a chunk whose length is below its header or beyond the packet.</summary>
    public bool IsMalformed { get; private set; }

    public bool TryRead(out ChunkView chunk)
    {
        chunk = default;
        if (_rest.IsEmpty || !Tlv.TryTake(ref _rest, out ReadOnlySpan<byte> bytes))
        {
            IsMalformed |= !_rest.IsEmpty;
            return false;
        }

        chunk = new ChunkView(bytes);
        return true;
    }
}

/// <summary>One parameter or error cause: a type, a length, a value.</summary>
internal readonly ref struct ParameterView(ReadOnlySpan<byte> bytes)
{
    /// <summary>Length of the parameter header in bytes.</summary>
    public const int HeaderLength = 4;

    /// <summary>Header and value.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ParameterType Type => (ParameterType)BinaryPrimitives.ReadUInt16BigEndian(Bytes);

    /// <summary>The type, where this stands for an error cause.</summary>
    public ErrorCauseCode Cause => (ErrorCauseCode)BinaryPrimitives.ReadUInt16BigEndian(Bytes);

    public ReadOnlySpan<byte> Value => Bytes[HeaderLength..];
}

/// <summary>Walks parameters or error causes.</summary>
internal ref struct ParameterReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether the walk ended at one whose length is below its header or beyond the chunk.</summary>
    public bool IsMalformed { get; private set; }

    public bool TryRead(out ParameterView parameter)
    {
        parameter = default;
        if (_rest.IsEmpty || !Tlv.TryTake(ref _rest, out ReadOnlySpan<byte> bytes))
        {
            IsMalformed |= !_rest.IsEmpty;
            return false;
        }

        parameter = new ParameterView(bytes);
        return true;
    }
}

/// <summary>What chunks, parameters and causes share: 16 bits of length at offset 2, and padding to 4 bytes.</summary>
internal static class Tlv
{
    public const int HeaderLength = 4;

    public static int Padded(int length) => (length + 3) & ~3;

    /// <summary>Takes the first one off; false, and nothing taken, when its length is wrong.</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (rest.Length < HeaderLength)
            return false;

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        if (length < HeaderLength || length > rest.Length)
            return false;

        bytes = rest[..length];
        // The padding of the last one may be missing.
        rest = rest[Math.Min(Padded(length), rest.Length)..];
        return true;
    }
}
