namespace Worker.Logging;

/// <summary>Where log lines end: the channel, or a list in tests.</summary>
public interface ILogSink
{
    /// <summary>Takes one line.</summary>
    /// <param name="level">D, W, E or X for debug, warning, error and dump: what the Node library routes by.</param>
    /// <param name="text">The line without an end; only valid during the call.</param>
    void Write(char level, ReadOnlySpan<char> text);
}
