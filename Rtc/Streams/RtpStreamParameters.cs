using Rtc.Rtp;

namespace Rtc.Streams;

/// <summary>What is known of an RTP stream from its negotiation; fields as in <c>rtpStream.fbs</c>.</summary>
public sealed class RtpStreamParameters
{
    /// <summary>Which encoding of its producer or consumer it is.</summary>
    public int EncodingIndex { get; init; }

    /// <summary>Its SSRC.</summary>
    public required uint Ssrc { get; init; }

    /// <summary>The payload type of its media.</summary>
    public required byte PayloadType { get; init; }

    /// <summary>Its codec.</summary>
    public required MimeType MimeType { get; init; }

    /// <summary>The RTP clock in Hz.</summary>
    public required uint ClockRate { get; init; }

    /// <summary>Its RID; empty when it has none.</summary>
    public string Rid { get; init; } = "";

    /// <summary>The CNAME of its sender.</summary>
    public required string Cname { get; init; }

    /// <summary>The SSRC of its retransmissions (RFC 4588); null while there is none.</summary>
    public uint? RtxSsrc { get; internal set; }

    /// <summary>The payload type of its retransmissions; null while there is none.</summary>
    public byte? RtxPayloadType { get; internal set; }

    /// <summary>Whether generic NACKs were negotiated.</summary>
    public bool UseNack { get; init; }

    /// <summary>Whether picture loss indications were negotiated.</summary>
    public bool UsePli { get; init; }

    /// <summary>Whether full intra requests were negotiated.</summary>
    public bool UseFir { get; init; }

    /// <summary>
    /// Whether the codec carries forward error correction in its own packets (Opus <c>useinbandfec</c>).
    /// </summary>
    public bool UseInBandFec { get; init; }

    /// <summary>Whether the sender stops sending while there is silence.</summary>
    public bool UseDtx { get; init; }

    /// <summary>How many spatial layers it has, at least 1.</summary>
    public int SpatialLayers { get; init; } = 1;

    /// <summary>How many temporal layers it has, at least 1.</summary>
    public int TemporalLayers { get; init; } = 1;

    /// <summary>Takes what the parameters of a producer or consumer say of one of their encodings.</summary>
    /// <param name="parameters">Whose encoding.</param>
    /// <param name="encodingIndex">Which.</param>
    /// <param name="ssrc">The SSRC of the stream.</param>
    /// <param name="rid">Its RID; empty when it has none.</param>
    public static RtpStreamParameters Create(RtpParameters parameters, int encodingIndex, uint ssrc, string rid)
    {
        RtpEncodingParameters encoding = parameters.Encodings[encodingIndex];
        RtpCodecParameters codec = parameters.GetCodec(encoding);
        return new RtpStreamParameters
        {
            EncodingIndex = encodingIndex,
            Ssrc = ssrc,
            PayloadType = codec.PayloadType,
            MimeType = codec.MimeType,
            ClockRate = codec.ClockRate,
            Rid = rid,
            Cname = parameters.Rtcp.Cname,
            UseNack = codec.HasFeedback("nack"),
            UsePli = codec.HasFeedback("nack", "pli"),
            UseFir = codec.HasFeedback("ccm", "fir"),
            UseInBandFec = codec.Parameters.TryGetInteger("useinbandfec", out int inBandFec) && inBandFec == 1,
            UseDtx = encoding.Dtx || (codec.Parameters.TryGetInteger("usedtx", out int dtx) && dtx == 1),
            SpatialLayers = encoding.Layers.SpatialLayers,
            TemporalLayers = encoding.Layers.TemporalLayers,
        };
    }
}
