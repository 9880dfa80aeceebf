namespace Rtc.Rtp;

/// <summary>By which id packets carry each header extension; 0 when they do not.</summary>
public readonly record struct RtpHeaderExtensionIds
{
    /// <summary>MID.</summary>
    public byte Mid { get; init; }

    /// <summary>RTP stream id.</summary>
    public byte Rid { get; init; }

    /// <summary>Repaired RTP stream id.</summary>
    public byte RepairedRid { get; init; }

    /// <summary>Absolute send time.</summary>
    public byte AbsSendTime { get; init; }

    /// <summary>Transport-wide sequence number.</summary>
    public byte TransportCc { get; init; }

    /// <summary>Audio level.</summary>
    public byte AudioLevel { get; init; }

    /// <summary>Dependency descriptor.</summary>
    public byte DependencyDescriptor { get; init; }

    /// <summary>Video orientation.</summary>
    public byte VideoOrientation { get; init; }

    /// <summary>Transmission time offset.</summary>
    public byte TimeOffset { get; init; }

    /// <summary>Absolute capture time.</summary>
    public byte AbsCaptureTime { get; init; }

    /// <summary>Playout delay.</summary>
    public byte PlayoutDelay { get; init; }

    /// <summary>Packet id.</summary>
    public byte PacketId { get; init; }

    /// <summary>Reads the ids out of parameters; of two for the same extension the first counts.</summary>
    public static RtpHeaderExtensionIds From(IReadOnlyList<RtpHeaderExtensionParameters> extensions)
    {
        byte Id(RtpHeaderExtensionUri uri)
        {
            for (int i = 0; i < extensions.Count; i++)
            {
                if (extensions[i].Uri == uri)
                    return extensions[i].Id;
            }

            return 0;
        }

        return new RtpHeaderExtensionIds
        {
            Mid = Id(RtpHeaderExtensionUri.Mid),
            Rid = Id(RtpHeaderExtensionUri.RtpStreamId),
            RepairedRid = Id(RtpHeaderExtensionUri.RepairRtpStreamId),
            AbsSendTime = Id(RtpHeaderExtensionUri.AbsSendTime),
            TransportCc = Id(RtpHeaderExtensionUri.TransportWideCcDraft01),
            AudioLevel = Id(RtpHeaderExtensionUri.SsrcAudioLevel),
            DependencyDescriptor = Id(RtpHeaderExtensionUri.DependencyDescriptor),
            VideoOrientation = Id(RtpHeaderExtensionUri.VideoOrientation),
            TimeOffset = Id(RtpHeaderExtensionUri.TimeOffset),
            AbsCaptureTime = Id(RtpHeaderExtensionUri.AbsCaptureTime),
            PlayoutDelay = Id(RtpHeaderExtensionUri.PlayoutDelay),
            PacketId = Id(RtpHeaderExtensionUri.MediasoupPacketId),
        };
    }
}
