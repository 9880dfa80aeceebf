namespace Rtc.Routing.Forwarding;

/// <summary>One of the streams that <see cref="SimulcastStrategy"/> chooses from.</summary>
internal sealed class SimulcastLayer(uint mappedSsrc)
{
    /// <summary>How long a stream has to be there before a better one than it is left for it, in microseconds.</summary>
    public const long MinActiveUs = 2_000_000;

    public uint MappedSsrc { get; } = mappedSsrc;

    /// <summary>What is known of it; null while it has not begun.</summary>
    public ProducerStreamInfo? Stream { get; set; }

    /// <summary>Whether it is known when its media was captured.</summary>
    public bool HasClock { get; set; }

    /// <summary>Whether it began since the choice was last reconsidered.</summary>
    public bool IsNew { get; set; }

    /// <summary>Whether it began, stopped or came back since the choice was last reconsidered.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Whether it delivers anything.</summary>
    public bool CanBeUsed => Stream is { Score: > 0 };

    /// <summary>Whether it has been there for long enough to be relied on.</summary>
    public bool IsSettled(long nowUs) => Stream is { } stream && nowUs - stream.ActiveSinceUs >= MinActiveUs;
}
