using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>Writes parameters or error causes one behind the other; what does not fit is left out.</summary>
internal ref struct ParameterWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes so far, the padding of the last one included.</summary>
    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>Adds one; false when it does not fit.</summary>
    public bool TryAdd(ushort type, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> target = Add(type, value.Length);
        value.CopyTo(target);
        return target.Length == value.Length;
    }

    /// <summary>Adds a parameter; false when it does not fit.</summary>
    public bool TryAdd(ParameterType type, scoped ReadOnlySpan<byte> value) => TryAdd((ushort)type, value);

    /// <summary>Adds an error cause; false when it does not fit.</summary>
    public bool TryAdd(ErrorCauseCode cause, scoped ReadOnlySpan<byte> value) => TryAdd((ushort)cause, value);

    /// <summary>Adds one and returns its value, to be filled wholly; empty when it does not fit.</summary>
    public Span<byte> Add(ushort type, int valueLength)
    {
        int length = ParameterView.HeaderLength + valueLength;
        int padded = Tlv.Padded(length);
        if (padded > _buffer.Length - Length || length > ushort.MaxValue)
            return default;

        Span<byte> target = _buffer.Slice(Length, padded);
        BinaryPrimitives.WriteUInt16BigEndian(target, type);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)length);
        target[length..].Clear();
        Length += padded;
        return target.Slice(ParameterView.HeaderLength, valueLength);
    }
}
