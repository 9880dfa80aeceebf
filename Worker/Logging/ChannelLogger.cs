using Microsoft.Extensions.Logging;

namespace Worker.Logging;

/// <summary>A logger of <see cref="WorkerLoggers"/>. Formats nothing that is not wanted.</summary>
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
