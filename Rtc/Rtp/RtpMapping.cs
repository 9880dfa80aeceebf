using Rtc.Seams;

namespace Rtc.Rtp;

/// <summary>Which payload type consumers see instead of a producer's.</summary>
/// <param name="PayloadType">What the producer's packets carry.</param>
/// <param name="MappedPayloadType">What consumers see.</param>
public sealed record CodecMapping(byte PayloadType, byte MappedPayloadType);

/// <summary>Which SSRC consumers see instead of a producer's.</summary>
/// <param name="Rid">The RID of the encoding; null when it has none.</param>
/// <param name="Ssrc">The SSRC of the encoding; null when it has none.</param>
/// <param name="MappedSsrc">What consumers see.</param>
public sealed record EncodingMapping(string? Rid, uint? Ssrc, uint MappedSsrc);

/// <summary>How a producer's packets are renamed on their way to consumers.</summary>
public sealed class RtpMapping
{
    /// <param name="codecs">
    /// Payload types. A packet with another is dropped. Of two for the same the last counts.
    /// </param>
    /// <param name="encodings">SSRCs, one an encoding of <paramref name="parameters"/> in the same order.</param>
    /// <param name="parameters">Whose packets are renamed.</param>
    /// <exception cref="RequestException">TypeError: the mapping does not fit the parameters.</exception>
    public RtpMapping(
        IReadOnlyList<CodecMapping> codecs, IReadOnlyList<EncodingMapping> encodings, RtpParameters parameters)
    {
        for (int i = 0; i < codecs.Count; i++)
        {
            if (codecs[i].MappedPayloadType > RtpCodecParameters.MaxPayloadType)
            {
                throw RequestException.TypeError(
                    $"rtpMapping.codecs[{i}].mappedPayloadType {codecs[i].MappedPayloadType} is above "
                    + $"{RtpCodecParameters.MaxPayloadType}");
            }
        }

        for (int i = 0; i < encodings.Count; i++)
        {
            bool isNamed = encodings[i].Ssrc is not null || encodings[i].Rid is not null;
            if (!isNamed && (encodings.Count > 1 || parameters.Mid.Length == 0))
            {
                throw RequestException.TypeError(
                    $"rtpMapping.encodings[{i}] has neither ssrc nor rid, "
                    + (encodings.Count > 1 ? "which several encodings need" : "and rtpParameters.mid is missing"));
            }

            if (encodings[i].MappedSsrc == 0)
                throw RequestException.TypeError($"rtpMapping.encodings[{i}].mappedSsrc is missing or 0");
        }

        if (encodings.Count != parameters.Encodings.Count)
        {
            throw RequestException.TypeError(
                $"rtpMapping.encodings has {encodings.Count} entries, rtpParameters.encodings has "
                + $"{parameters.Encodings.Count}");
        }

        Codecs = codecs;
        Encodings = encodings;
    }

    /// <summary>Payload types.</summary>
    public IReadOnlyList<CodecMapping> Codecs { get; }

    /// <summary>SSRCs.</summary>
    public IReadOnlyList<EncodingMapping> Encodings { get; }

    /// <summary>The payload type that consumers see; false when the mapping has none for it.</summary>
    public bool TryMapPayloadType(byte payloadType, out byte mappedPayloadType)
    {
        for (int i = Codecs.Count - 1; i >= 0; i--)
        {
            if (Codecs[i].PayloadType == payloadType)
            {
                mappedPayloadType = Codecs[i].MappedPayloadType;
                return true;
            }
        }

        mappedPayloadType = 0;
        return false;
    }
}
