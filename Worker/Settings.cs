using Worker.Logging;
using Worker.Net;

namespace Worker;

/// <summary>The settings are wrong; the process ends with exit code 42 and this text on its standard error.</summary>
public sealed class SettingsException(string reason) : Exception(reason);

/// <summary>
/// What the parent process sets on the command line. Options are long, begin with one dash or two, may be cut short
/// as long as they stay unambiguous, and have their value behind an equals sign.
/// </summary>
public sealed record Settings
{
    private static readonly string[] Options =
    [
        LogLevelOption, LogTagsOption, MinPortOption, MaxPortOption, CertificateOption, PrivateKeyOption,
        FieldTrialsOption, DisableLiburingOption, BuiltInSctpOption,
    ];

    private const string LogLevelOption = "logLevel";
    private const string LogTagsOption = "logTags";
    private const string MinPortOption = "rtcMinPort";
    private const string MaxPortOption = "rtcMaxPort";
    private const string CertificateOption = "dtlsCertificateFile";
    private const string PrivateKeyOption = "dtlsPrivateKeyFile";
    private const string FieldTrialsOption = "libwebrtcFieldTrials";

    // Releases from 3.14 to 3.19 set these two. There is no io_uring here, and no other SCTP than the worker's own.
    private const string DisableLiburingOption = "disableLiburing";
    private const string BuiltInSctpOption = "useBuiltInSctpStack";

    /// <summary>How much is logged.</summary>
    public WorkerLogLevel LogLevel { get; init; } = WorkerLogLevel.Error;

    /// <summary>What is logged at levels debug and warn.</summary>
    public LogTags LogTags { get; init; }

    /// <summary>Where ports come from when a listen info names none.</summary>
    public PortRange RtcPorts { get; init; } = new(10_000, 59_999);

    /// <summary>A PEM file with the DTLS certificate; empty makes a certificate.</summary>
    public string DtlsCertificateFile { get; init; } = "";

    /// <summary>A PEM file with the private key of the DTLS certificate.</summary>
    public string DtlsPrivateKeyFile { get; init; } = "";

    /// <summary>Accepted for the sake of old applications; means nothing here.</summary>
    public string LibwebrtcFieldTrials { get; init; } = "";

    /// <summary>Reads the command line, without the program's name.</summary>
    /// <exception cref="SettingsException">An option is unknown, ambiguous or has a wrong value.</exception>
    public static Settings Parse(ReadOnlySpan<string> arguments)
    {
        Settings settings = new();
        List<string> tags = [];
        foreach (string argument in arguments)
        {
            if (argument == "--")
                break;

            // What is not an option is passed over, as getopt does.
            if (argument.Length < 2 || argument[0] != '-')
                continue;

            (string option, string value) = Split(argument);
            if (option == LogTagsOption)
                tags.Add(value);
            else
                settings = settings.With(option, value);
        }

        if (tags.Count > 0)
            settings = settings with { LogTags = LogTagNames.Parse(tags) };

        settings.Validate();
        return settings;
    }

    private static (string Option, string Value) Split(string argument)
    {
        ReadOnlySpan<char> text = argument.AsSpan(argument.StartsWith("--", StringComparison.Ordinal) ? 2 : 1);
        int equals = text.IndexOf('=');
        string option = Find(equals < 0 ? text : text[..equals]);
        if (equals < 0)
            throw new SettingsException($"option '{option}' needs a value: --{option}=VALUE");

        return (option, text[(equals + 1)..].ToString());
    }

    private static string Find(ReadOnlySpan<char> name)
    {
        string? found = null;
        foreach (string option in Options)
        {
            if (!option.AsSpan().StartsWith(name, StringComparison.Ordinal))
                continue;
            if (option.Length == name.Length)
                return option;
            if (found is not null)
                throw new SettingsException($"option '{name}' is ambiguous: {found} or {option}");
            found = option;
        }

        return found ?? throw new SettingsException($"unknown option '{name}'");
    }

    /// <summary>
    /// Reads a port as the C library's strtol would: leading blanks, a sign, as many digits as there are. What is
    /// beyond 16 bits is cut off, so 65536 is 0.
    /// </summary>
    private static ushort ParsePort(string option, string value)
    {
        ReadOnlySpan<char> text = value.AsSpan().TrimStart(" \t\n\v\f\r");
        bool isNegative = text.StartsWith("-");
        if (isNegative || text.StartsWith("+"))
            text = text[1..];

        long number = 0;
        int digits = 0;
        for (; digits < text.Length && char.IsAsciiDigit(text[digits]); digits++)
            number = Math.Min((number * 10) + (text[digits] - '0'), uint.MaxValue);
        if (digits == 0)
            throw new SettingsException($"value '{value}' of {option} is not a number");

        number = isNegative ? -number : number;
        if (number is < int.MinValue or > int.MaxValue)
            throw new SettingsException($"value '{value}' of {option} is out of range");

        return unchecked((ushort)number);
    }

    private static WorkerLogLevel ParseLevel(string value) =>
        LogLevelNames.TryParse(value, out WorkerLogLevel level)
            ? level
            : throw new SettingsException($"value '{value}' of {LogLevelOption} is none of debug, warn, error, none");

    private static void CheckFile(string option, string path)
    {
        if (FileProbe.Refusal(path) is { } reason)
            throw new SettingsException($"{option}: cannot use '{path}': {reason}");
    }

    private Settings With(string option, string value) => option switch
    {
        LogLevelOption => this with { LogLevel = ParseLevel(value) },
        MinPortOption => this with { RtcPorts = RtcPorts with { Min = ParsePort(option, value) } },
        MaxPortOption => this with { RtcPorts = RtcPorts with { Max = ParsePort(option, value) } },
        CertificateOption => this with { DtlsCertificateFile = value },
        PrivateKeyOption => this with { DtlsPrivateKeyFile = value },
        FieldTrialsOption => this with { LibwebrtcFieldTrials = value },
        DisableLiburingOption or BuiltInSctpOption => this,
        _ => throw new InvalidOperationException($"option {option} has no meaning"),
    };

    private void Validate()
    {
        if (RtcPorts.Max < RtcPorts.Min)
            throw new SettingsException($"{MaxPortOption} {RtcPorts.Max} is less than {MinPortOption} {RtcPorts.Min}");

        if (DtlsCertificateFile.Length == 0 && DtlsPrivateKeyFile.Length == 0)
            return;
        if (DtlsPrivateKeyFile.Length == 0)
            throw new SettingsException($"{CertificateOption} needs {PrivateKeyOption}");
        if (DtlsCertificateFile.Length == 0)
            throw new SettingsException($"{PrivateKeyOption} needs {CertificateOption}");

        CheckFile(CertificateOption, DtlsCertificateFile);
        CheckFile(PrivateKeyOption, DtlsPrivateKeyFile);
    }
}
