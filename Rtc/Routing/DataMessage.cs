namespace Rtc.Routing;

/// <summary>A message of a data producer, and who of its consumers is meant.</summary>
/// <param name="ppid">SCTP payload protocol id (RFC 8831 section 8); passed through.</param>
/// <param name="payload">The message.</param>
public readonly ref struct DataMessage(uint ppid, ReadOnlySpan<byte> payload)
{
    /// <summary>SCTP payload protocol id.</summary>
    public uint Ppid { get; } = ppid;

    /// <summary>The message.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Consumers must be in one of these; all are meant when it is empty.</summary>
    public ReadOnlySpan<ushort> Subchannels { get; init; }

    /// <summary>Consumers must be in this one, too.</summary>
    public ushort? RequiredSubchannel { get; init; }

    /// <summary>Consumers must not be in this one.</summary>
    public ushort? IgnoredSubchannel { get; init; }
}
