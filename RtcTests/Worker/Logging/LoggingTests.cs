using Microsoft.Extensions.Logging;
using Worker.Logging;
using Xunit;

namespace RtcTests.WorkerTests.Logging;

public class LoggingTests
{
    [Theory]
    [InlineData(WorkerLogLevel.Debug, LogTags.Ice, "DWE")]
    [InlineData(WorkerLogLevel.Warn, LogTags.Ice | LogTags.Rtp, "WE")]
    [InlineData(WorkerLogLevel.Error, LogTags.Ice, "E")]
    [InlineData(WorkerLogLevel.None, LogTags.Ice, "")]
    [InlineData(WorkerLogLevel.Debug, LogTags.Dtls, "E")]
    [InlineData(WorkerLogLevel.Debug, LogTags.None, "E")]
    public void Level_and_tag_decide_and_errors_ignore_tags(WorkerLogLevel level, LogTags tags, string expected)
    {
        Sink sink = new();
        WorkerLoggers loggers = new(sink, new LogFilter { Level = level, Tags = tags });
        ILogger logger = loggers.Create(LogTags.Ice, "IceServer");
        Say(logger, LogLevel.Debug, 1);
        Say(logger, LogLevel.Warning, 2);
        Say(logger, LogLevel.Error, 3);
        Assert.Equal(expected, string.Concat(sink.Lines.Select(line => line[0])));
        Assert.All(sink.Lines, line => Assert.Contains("IceServer | it is ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_of_the_filter_counts_at_once()
    {
        Sink sink = new();
        LogFilter filter = new();
        WorkerLoggers loggers = new(sink, filter);
        ILogger logger = loggers.Create(LogTags.Rtx, "Rtx");
        Say(logger, LogLevel.Warning, 1);
        filter.Level = WorkerLogLevel.Warn;
        filter.Tags = LogTags.Rtx;
        Say(logger, LogLevel.Warning, 2);
        Assert.Equal(["WRtx | it is 2"], sink.Lines);
    }

    [Fact]
    public void What_is_not_wanted_is_not_formatted()
    {
        WorkerLoggers loggers = new(new Sink(), new LogFilter());
        ILogger logger = loggers.Create(LogTags.Rtp, "Rtp");
        logger.Log(LogLevel.Debug, new EventId(2), new Untouchable(), null, static (value, _) => $"{value}");
        Assert.False(logger.IsEnabled(LogLevel.Debug));
    }

    [Fact]
    public void A_throttle_lets_one_line_through_an_interval_and_counts_the_others()
    {
        LogThrottle throttle = new(1_000);
        Assert.True(throttle.TryEnter(0, out long suppressed));
        Assert.Equal(0, suppressed);
        Assert.False(throttle.TryEnter(1, out _));
        Assert.False(throttle.TryEnter(999, out _));
        Assert.True(throttle.TryEnter(1_000, out suppressed));
        Assert.Equal(2, suppressed);
    }

    private static void Say(ILogger logger, LogLevel level, int number) =>
        logger.Log(level, new EventId(1), number, null, static (n, _) => $"it is {n}");

    private sealed class Untouchable
    {
        public override string ToString() => throw new InvalidOperationException("formatted");
    }

    private sealed class Sink : ILogSink
    {
        public List<string> Lines { get; } = [];

        public void Write(char level, ReadOnlySpan<char> text) => Lines.Add($"{level}{text}");
    }
}
