using Rtc.Crypto;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>A suite and a master key with salt, as applications exchange them.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="KeyBase64">Master key, then master salt, in Base64. A secret: never to be logged.</param>
public sealed record SrtpParameters(SrtpSuite Suite, string KeyBase64)
{
    /// <summary>Fresh random keys.</summary>
    public static SrtpParameters Generate(SrtpSuite suite, IRandomSource random)
    {
        Span<byte> key = stackalloc byte[suite.KeyingLength()];
        random.Fill(key);
        return new SrtpParameters(suite, Convert.ToBase64String(key));
    }

    /// <summary>Decodes the key.</summary>
    /// <exception cref="RequestException">TypeError: not Base64, or not as long as the suite wants it.</exception>
    public SrtpKeyingMaterial ToKeyingMaterial()
    {
        Span<byte> key = stackalloc byte[128];
        if (!Convert.TryFromBase64String(KeyBase64, key, out int length))
            throw RequestException.TypeError("srtpParameters.keyBase64 is not Base64, or too long");

        if (!SrtpKeyingMaterial.TryCreate(Suite, key[..length], out SrtpKeyingMaterial? keys))
        {
            throw RequestException.TypeError(
                $"srtpParameters.keyBase64 decodes to {length} bytes, {Suite.Name()} wants {Suite.KeyingLength()}");
        }

        return keys;
    }

    /// <summary>The suite alone: the key is a secret.</summary>
    public override string ToString() => Suite.Name();
}
