namespace Rtc.Routing;

/// <summary>How the messages of a data producer or consumer travel.</summary>
public enum DataChannelType
{
    /// <summary>Over SCTP.</summary>
    Sctp,

    /// <summary>Between worker and application.</summary>
    Direct,
}
