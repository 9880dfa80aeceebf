namespace Rtc.Rtp;

/// <summary>One stream of a track. An SSRC of 0 and an empty RID mean the same as none.</summary>
public sealed record RtpEncodingParameters
{
    private readonly uint? _ssrc;
    private readonly string? _rid;
    private readonly string? _scalabilityMode;

    /// <summary>The SSRC of its packets; null when packets tell it by MID or RID.</summary>
    public uint? Ssrc
    {
        get => _ssrc;
        init => _ssrc = value == 0 ? null : value;
    }

    /// <summary>The RTP stream id (RFC 8851); null when there is none.</summary>
    public string? Rid
    {
        get => _rid;
        init => _rid = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The payload type of its codec. Never null once part of an <see cref="RtpParameters"/>.</summary>
    public byte? CodecPayloadType { get; init; }

    /// <summary>Whether a retransmission stream was given.</summary>
    public bool HasRtx => RtxSsrc is not null;

    /// <summary>
    /// The SSRC of its retransmission stream, 0 when that stream has no SSRC; null without such a stream.
    /// </summary>
    public uint? RtxSsrc { get; init; }

    /// <summary>Whether the sender stops while nobody speaks.</summary>
    public bool Dtx { get; init; }

    /// <summary>The scalability mode as given; null when none or not a mode.</summary>
    public string? ScalabilityMode
    {
        get => _scalabilityMode;
        init
        {
            _scalabilityMode = Rtp.ScalabilityMode.TryParse(value, out ScalabilityMode layers) ? value : null;
            Layers = layers;
        }
    }

    /// <summary>How many layers the scalability mode says there are.</summary>
    public ScalabilityMode Layers { get; private init; } = Rtp.ScalabilityMode.Single;

    /// <summary>Bits a second that the sender may use; null when not told.</summary>
    public ulong? MaxBitrate { get; init; }
}
