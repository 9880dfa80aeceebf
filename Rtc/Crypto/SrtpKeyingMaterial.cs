using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Rtc.Crypto;

/// <summary>
/// Suite, master key and master salt of one direction (RFC 3711, section 3.2.1). Whoever made it disposes it, which
/// wipes it; senders and receivers derive what they need and keep no reference.
/// </summary>
public sealed class SrtpKeyingMaterial : IDisposable
{
    private readonly byte[] _keyAndSalt;

    private SrtpKeyingMaterial(SrtpSuite suite, byte[] keyAndSalt)
    {
        Suite = suite;
        _keyAndSalt = keyAndSalt;
    }

    /// <summary>The suite that the key is for.</summary>
    public SrtpSuite Suite { get; }

    /// <summary>Master key followed by master salt.</summary>
    public ReadOnlySpan<byte> KeyAndSalt => _keyAndSalt;

    /// <summary>Master key.</summary>
    public ReadOnlySpan<byte> MasterKey => _keyAndSalt.AsSpan(0, Suite.KeyLength());

    /// <summary>Master salt.</summary>
    public ReadOnlySpan<byte> MasterSalt => _keyAndSalt.AsSpan(Suite.KeyLength());

    /// <summary>Copies key || salt; false when the length is not exactly the suite's.</summary>
    public static bool TryCreate(
        SrtpSuite suite, ReadOnlySpan<byte> keyAndSalt, [NotNullWhen(true)] out SrtpKeyingMaterial? material)
    {
        material = keyAndSalt.Length == suite.KeyingLength()
            ? new SrtpKeyingMaterial(suite, keyAndSalt.ToArray())
            : null;
        return material is not null;
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_keyAndSalt);

    /// <summary>Names the suite only: keys never reach logs.</summary>
    public override string ToString() => Suite.Name();
}
