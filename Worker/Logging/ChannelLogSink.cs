using Channel;

namespace Worker.Logging;

/// <summary>Sends log lines to the application.</summary>
/// <param name="channel">The way there.</param>
public sealed class ChannelLogSink(ChannelWriter channel) : ILogSink
{
    /// <inheritdoc/>
    public void Write(char level, ReadOnlySpan<char> text) => channel.Log(level, text);
}
