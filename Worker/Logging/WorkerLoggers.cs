using Microsoft.Extensions.Logging;

namespace Worker.Logging;

/// <summary>Makes the worker's loggers, by tag and name.</summary>
public sealed class WorkerLoggers : IDisposable
{
    private readonly LoggerFactory _factory;

    /// <summary>Makes loggers whose lines end in <paramref name="sink"/>.</summary>
    public WorkerLoggers(ILogSink sink, LogFilter filter)
    {
        Filter = filter;
        LoggerFilterOptions everything = new() { MinLevel = LogLevel.Trace };
        _factory = new LoggerFactory([new ChannelLoggerProvider(sink, filter)], everything);
    }

    /// <summary>Which lines are wanted; may be changed at any time.</summary>
    public LogFilter Filter { get; }

    /// <summary>The logger of a subject.</summary>
    /// <param name="tag">A single tag.</param>
    /// <param name="name">Who speaks: a class or a part of the worker.</param>
    public ILogger Create(LogTags tag, string name) => _factory.CreateLogger($"{LogTagNames.Name(tag)}:{name}");

    /// <inheritdoc/>
    public void Dispose() => _factory.Dispose();
}
