using Microsoft.Extensions.Logging;

namespace Worker.Logging;

/// <summary>
/// Which lines are wanted, as the application last said. Errors only ask for the level; debug lines and warnings ask
/// for their tag as well.
/// </summary>
public sealed class LogFilter
{
    /// <summary>How much is wanted.</summary>
    public WorkerLogLevel Level { get; set; } = WorkerLogLevel.Error;

    /// <summary>The subjects of wanted debug lines and warnings.</summary>
    public LogTags Tags { get; set; }

    /// <summary>Whether a line of that level about that subject is wanted.</summary>
    public bool IsEnabled(LogLevel level, LogTags tag) => level switch
    {
        LogLevel.None => false,
        >= LogLevel.Error => Level >= WorkerLogLevel.Error,
        LogLevel.Warning => Level >= WorkerLogLevel.Warn && (Tags & tag) != 0,
        _ => Level >= WorkerLogLevel.Debug && (Tags & tag) != 0,
    };
}
