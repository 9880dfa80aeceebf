using Channel.Wire;
using Rtc.Crypto;
using Rtc.Seams;
using Rtc.Transports;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>SRTP suites and keys of transports that do not run DTLS, both ways.</summary>
internal static class SrtpParametersConverter
{
    /// <summary>Reads suite and key.</summary>
    /// <exception cref="RequestException">TypeError: the suite is unknown.</exception>
    public static SrtpParameters Read(Wire.SrtpParameters.SrtpParameters wire) =>
        new(ReadSuite(wire.CryptoSuite), wire.KeyBase64);

    /// <summary>Reads a suite.</summary>
    /// <exception cref="RequestException">TypeError: the suite is unknown.</exception>
    public static SrtpSuite ReadSuite(Wire.SrtpParameters.SrtpCryptoSuite wire) => wire switch
    {
        Wire.SrtpParameters.SrtpCryptoSuite.AeadAes256Gcm => SrtpSuite.AeadAes256Gcm,
        Wire.SrtpParameters.SrtpCryptoSuite.AeadAes128Gcm => SrtpSuite.AeadAes128Gcm,
        Wire.SrtpParameters.SrtpCryptoSuite.AesCm128HmacSha180 => SrtpSuite.AesCm128HmacSha1Tag80,
        Wire.SrtpParameters.SrtpCryptoSuite.AesCm128HmacSha132 => SrtpSuite.AesCm128HmacSha1Tag32,
        _ => throw RequestException.TypeError("unknown SRTP crypto suite"),
    };

    /// <summary>Writes suite and key; nothing where SRTP is off.</summary>
    public static Offset<Wire.SrtpParameters.SrtpParameters> Write(WireBuilder b, SrtpParameters? parameters) =>
        parameters is null
            ? default
            : Wire.SrtpParameters.SrtpParameters.Create(
                b, cryptoSuite: ToWire(parameters.Suite), keyBase64: b.String(parameters.KeyBase64));

    private static Wire.SrtpParameters.SrtpCryptoSuite ToWire(SrtpSuite suite) => suite switch
    {
        SrtpSuite.AeadAes256Gcm => Wire.SrtpParameters.SrtpCryptoSuite.AeadAes256Gcm,
        SrtpSuite.AeadAes128Gcm => Wire.SrtpParameters.SrtpCryptoSuite.AeadAes128Gcm,
        SrtpSuite.AesCm128HmacSha1Tag80 => Wire.SrtpParameters.SrtpCryptoSuite.AesCm128HmacSha180,
        _ => Wire.SrtpParameters.SrtpCryptoSuite.AesCm128HmacSha132,
    };
}
