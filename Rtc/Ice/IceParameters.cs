using Rtc.Seams;

namespace Rtc.Ice;

/// <summary>Our credentials, as the peer needs them (RFC 8445 section 5.3). The password is a secret: never log it.</summary>
/// <param name="UsernameFragment">32 characters of 0-9a-z.</param>
/// <param name="Password">32 characters of 0-9a-z.</param>
public sealed record IceParameters(string UsernameFragment, string Password)
{
    private const int CredentialLength = 32;

    /// <summary>Whether we are an ICE-lite agent (RFC 8445 section 2.5): always.</summary>
    public bool IceLite => true;

    /// <summary>Makes new credentials.</summary>
    public static IceParameters Generate(IRandomSource random) =>
        new(random.NextAlphanumeric(CredentialLength), random.NextAlphanumeric(CredentialLength));

    /// <inheritdoc/>
    public override string ToString() => $"IceParameters {{ UsernameFragment = {UsernameFragment} }}";
}
