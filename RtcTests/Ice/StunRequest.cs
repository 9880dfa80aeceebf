using Rtc.Ice;

namespace RtcTests.Ice;

/// <summary>A Binding request as a controlling browser sends it, with everything that a test may want otherwise.</summary>
internal sealed record StunRequest(string UsernameFragment, string Password)
{
    public StunRequest(IceParameters parameters)
        : this(parameters.UsernameFragment, parameters.Password)
    {
    }

    public StunClass Class { get; init; } = StunClass.Request;

    public ushort Method { get; init; } = StunMethod.Binding;

    public byte[] TransactionId { get; init; } = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    public bool HasUsername { get; init; } = true;

    public bool HasPriority { get; init; } = true;

    public bool HasIntegrity { get; init; } = true;

    public bool HasFingerprint { get; init; } = true;

    public bool UseCandidate { get; init; }

    public uint? Nomination { get; init; }

    public uint? NominationOld { get; init; }

    public ulong? Controlled { get; init; }

    public byte[] Write()
    {
        byte[] buffer = new byte[1024];
        var writer = new StunWriter(buffer, Class, Method, TransactionId);
        if (HasUsername)
            writer.Add(StunAttributeType.Username, System.Text.Encoding.UTF8.GetBytes($"{UsernameFragment}:peer"));
        if (HasPriority)
            writer.Add(StunAttributeType.Priority, 0x6E0001FFu);
        if (Controlled is ulong tieBreaker)
            writer.Add(StunAttributeType.IceControlled, tieBreaker);
        else
            writer.Add(StunAttributeType.IceControlling, 0x0102030405060708UL);
        if (UseCandidate)
            writer.Add(StunAttributeType.UseCandidate, []);
        if (Nomination is uint nomination)
            writer.Add(StunAttributeType.Nomination, nomination);
        if (NominationOld is uint old)
            writer.Add(StunAttributeType.NominationOld, old);

        using var integrity = new StunIntegrity(Password);
        if (HasFingerprint)
            return buffer[..writer.Finish(HasIntegrity ? integrity : null)];

        return HasIntegrity ? WithoutFingerprint(buffer, ref writer, integrity) : buffer[..writer.FinishBare()];
    }

    private static byte[] WithoutFingerprint(byte[] buffer, ref StunWriter writer, StunIntegrity integrity)
    {
        const int FingerprintAttributeLength = 8;
        byte[] message = buffer[..(writer.Finish(integrity) - FingerprintAttributeLength)];
        message[3] -= FingerprintAttributeLength;
        return message;
    }
}
