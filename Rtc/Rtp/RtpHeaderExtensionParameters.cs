using Rtc.Seams;

namespace Rtc.Rtp;

/// <summary>A header extension as negotiated, with the id that packets carry it by (RFC 8285).</summary>
public sealed class RtpHeaderExtensionParameters
{
    /// <param name="uri">Which extension.</param>
    /// <param name="id">1 to 255.</param>
    /// <param name="encrypt">Whether it is encrypted (RFC 6904); kept, not acted on.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <exception cref="RequestException">TypeError: the id is 0.</exception>
    public RtpHeaderExtensionParameters(
        RtpHeaderExtensionUri uri, byte id, bool encrypt = false, RtpParameterList? parameters = null)
    {
        if (id == 0)
            throw RequestException.TypeError($"header extension {uri} has the id 0, which RFC 8285 reserves");

        Uri = uri;
        Id = id;
        Encrypt = encrypt;
        Parameters = parameters ?? RtpParameterList.Empty;
    }

    /// <summary>Which extension.</summary>
    public RtpHeaderExtensionUri Uri { get; }

    /// <summary>The id that packets carry it by.</summary>
    public byte Id { get; }

    /// <summary>Whether it is encrypted.</summary>
    public bool Encrypt { get; }

    /// <summary>Its parameters.</summary>
    public RtpParameterList Parameters { get; }
}
