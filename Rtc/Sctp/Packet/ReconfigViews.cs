using System.Buffers.Binary;

namespace Rtc.Sctp.Packet;

/// <summary>Outgoing SSN Reset Request Parameter (RFC 6525 section 4.1).</summary>
internal readonly ref struct OutgoingResetView
{
    /// <summary>Length of the value before its streams, in bytes.</summary>
    public const int FixedLength = 12;

    private readonly ReadOnlySpan<byte> _value;

    private OutgoingResetView(ReadOnlySpan<byte> value) => _value = value;

    public uint RequestNumber => BinaryPrimitives.ReadUInt32BigEndian(_value);

    public uint ResponseNumber => BinaryPrimitives.ReadUInt32BigEndian(_value[4..]);

    public uint LastTsn => BinaryPrimitives.ReadUInt32BigEndian(_value[8..]);

    /// <summary>How many streams are named; none means all.</summary>
    public int StreamCount => (_value.Length - FixedLength) / 2;

    public ushort GetStream(int index) => BinaryPrimitives.ReadUInt16BigEndian(_value[(FixedLength + (index * 2))..]);

    public static bool TryParse(in ParameterView parameter, out OutgoingResetView request)
    {
        request = new OutgoingResetView(parameter.Value);
        return parameter.Type == ParameterType.OutgoingSsnReset && parameter.Value.Length >= FixedLength &&
            parameter.Value.Length % 2 == 0;
    }
}

/// <summary>Re-configuration Response Parameter (RFC 6525 section 4.4), without the TSNs that only some have.</summary>
internal readonly ref struct ReconfigurationResponseView
{
    /// <summary>Length of the value in bytes.</summary>
    public const int FixedLength = 8;

    private readonly ReadOnlySpan<byte> _value;

    private ReconfigurationResponseView(ReadOnlySpan<byte> value) => _value = value;

    public uint ResponseNumber => BinaryPrimitives.ReadUInt32BigEndian(_value);

    public ReconfigurationResult Result => (ReconfigurationResult)BinaryPrimitives.ReadUInt32BigEndian(_value[4..]);

    public static bool TryParse(in ParameterView parameter, out ReconfigurationResponseView response)
    {
        response = new ReconfigurationResponseView(parameter.Value);
        return parameter.Type == ParameterType.ReconfigurationResponse && parameter.Value.Length >= FixedLength;
    }
}
