using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Worker.Logging;

/// <summary>
/// Loggers whose lines go to the application through the channel. A category has the form "tag" or "tag:name": the
/// tag decides with the level whether a line is wanted, the name stands before the text.
/// </summary>
/// <param name="sink">Where the lines go.</param>
/// <param name="filter">Which are wanted.</param>
public sealed class ChannelLoggerProvider(ILogSink sink, LogFilter filter) : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, ChannelLogger> _loggers = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, self) => self.Make(name), this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private ChannelLogger Make(string category)
    {
        int colon = category.IndexOf(':');
        string tagName = colon < 0 ? category : category[..colon];
        LogTags tag = LogTagNames.Parse([tagName]);
        string name = colon < 0 ? category : category[(colon + 1)..];
        return new ChannelLogger(sink, filter, tag == LogTags.None ? LogTags.Info : tag, name);
    }
}

/// <summary>A logger of <see cref="ChannelLoggerProvider"/>. Formats nothing that is not wanted.</summary>
internal sealed class ChannelLogger(ILogSink sink, LogFilter filter, LogTags tag, string name) : ILogger
{
    // What the original's log line takes at most.
    private const int MaxLength = 50_000;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => filter.IsEnabled(logLevel, tag);

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;

        string text = exception is null
            ? $"{name} | {formatter(state, exception)}"
            : $"{name} | {formatter(state, exception)}: {exception}";
        sink.Write(Letter(logLevel), text.AsSpan(0, Math.Min(text.Length, MaxLength)));
    }

    private static char Letter(LogLevel level) => level switch
    {
        >= LogLevel.Error => 'E',
        LogLevel.Warning => 'W',
        _ => 'D',
    };
}
