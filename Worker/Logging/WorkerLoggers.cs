using Microsoft.Extensions.Logging;

namespace Worker.Logging;

/// <summary>
/// Makes the worker's loggers, whose lines go to the application through the channel. No
/// <see cref="ILoggerFactory"/>: there is one destination and one filter, and the factory of the platform would take a
/// fifth of the worker's start.
/// </summary>
/// <param name="sink">Where the lines go.</param>
/// <param name="filter">Which lines are wanted; may be changed at any time.</param>
public sealed class WorkerLoggers(ILogSink sink, LogFilter filter)
{
    /// <summary>The logger of a subject.</summary>
    /// <param name="tag">A single tag: it decides with the level whether a line is wanted.</param>
    /// <param name="name">Who speaks: a class or a part of the worker. Stands before the text.</param>
    public ILogger Create(LogTags tag, string name) => new ChannelLogger(sink, filter, tag, name);
}
