namespace Worker.Logging;

/// <summary>How much the application wants to hear: mediasoup's WorkerLogLevel.</summary>
public enum WorkerLogLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Errors.</summary>
    Error,

    /// <summary>Errors, and warnings of the enabled tags.</summary>
    Warn,

    /// <summary>Errors, and warnings and debug lines of the enabled tags.</summary>
    Debug,
}

/// <summary>The subjects that a log line can be about: mediasoup's WorkerLogTag.</summary>
[Flags]
public enum LogTags
{
    /// <summary>No subject.</summary>
    None = 0,

    /// <summary>The process and its settings.</summary>
    Info = 1,

    /// <summary>ICE.</summary>
    Ice = 1 << 1,

    /// <summary>DTLS.</summary>
    Dtls = 1 << 2,

    /// <summary>RTP.</summary>
    Rtp = 1 << 3,

    /// <summary>SRTP.</summary>
    Srtp = 1 << 4,

    /// <summary>RTCP.</summary>
    Rtcp = 1 << 5,

    /// <summary>Retransmission.</summary>
    Rtx = 1 << 6,

    /// <summary>Bandwidth estimation.</summary>
    Bwe = 1 << 7,

    /// <summary>Scores of streams.</summary>
    Score = 1 << 8,

    /// <summary>Simulcast.</summary>
    Simulcast = 1 << 9,

    /// <summary>Scalable video coding.</summary>
    Svc = 1 << 10,

    /// <summary>SCTP.</summary>
    Sctp = 1 << 11,

    /// <summary>Messages of data channels.</summary>
    Message = 1 << 12,
}

/// <summary>The names of log tags on the wire.</summary>
public static class LogTagNames
{
    private static readonly string[] Names =
    [
        "info", "ice", "dtls", "rtp", "srtp", "rtcp", "rtx", "bwe", "score", "simulcast", "svc", "sctp", "message",
    ];

    /// <summary>Reads a list of names; unknown ones mean nothing.</summary>
    public static LogTags Parse(IEnumerable<string> names)
    {
        LogTags tags = LogTags.None;
        foreach (string name in names)
        {
            int index = Array.IndexOf(Names, name);
            if (index >= 0)
                tags |= (LogTags)(1 << index);
        }

        return tags;
    }

    /// <summary>The name of a single tag.</summary>
    public static string Name(LogTags tag) => Names[int.TrailingZeroCount((int)tag)];

    /// <summary>The names of all tags in a set, with commas between them.</summary>
    public static string Format(LogTags tags)
    {
        List<string> names = [];
        for (int i = 0; i < Names.Length; i++)
        {
            if (((int)tags & (1 << i)) != 0)
                names.Add(Names[i]);
        }

        return string.Join(',', names);
    }
}

/// <summary>The names of log levels on the wire.</summary>
public static class LogLevelNames
{
    /// <summary>Reads debug, warn, error or none in any case.</summary>
    public static bool TryParse(string text, out WorkerLogLevel level)
    {
        (bool isKnown, level) = text.ToLowerInvariant() switch
        {
            "debug" => (true, WorkerLogLevel.Debug),
            "warn" => (true, WorkerLogLevel.Warn),
            "error" => (true, WorkerLogLevel.Error),
            "none" => (true, WorkerLogLevel.None),
            _ => (false, WorkerLogLevel.None),
        };
        return isKnown;
    }

    /// <summary>The name of a level.</summary>
    public static string Name(WorkerLogLevel level) => level switch
    {
        WorkerLogLevel.Debug => "debug",
        WorkerLogLevel.Warn => "warn",
        WorkerLogLevel.Error => "error",
        _ => "none",
    };
}
