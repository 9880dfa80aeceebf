using Channel;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Streams;
using Worker.Handlers;
using Worker.Logging;
using Worker.Net;
using Wire = Channel.Wire;

namespace Worker;

/// <summary>Everything that one worker consists of, put together: channel, loop, ports, loggers, handlers.</summary>
public sealed partial class WorkerProcess : IDisposable
{
    // How long what waits in the channel is offered to an application that does not read, after the worker closed.
    private const long CloseTimeoutUs = 500_000;

    private readonly ChannelPump _pump;
    private readonly DtlsIdentity _dtls;
    private readonly WorkerHandler _handler;
    private readonly ILogger _logger;
    private LogThrottle _defects = new();
    private bool _isClosing;

    /// <summary>Puts a worker together. It does nothing before <see cref="Run"/>.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="layout">The dialect that the application speaks.</param>
    /// <param name="input">Where the application's messages come from.</param>
    /// <param name="output">Where the worker's messages go.</param>
    /// <exception cref="SettingsException">The certificate or its key cannot be used.</exception>
    public WorkerProcess(Settings settings, Wire.WireLayout layout, SafePipeHandle input, SafePipeHandle output)
    {
        Settings = settings;
        Channel = new ChannelWriter(layout);
        LogFilter filter = new() { Level = settings.LogLevel, Tags = settings.LogTags };
        Loggers = new WorkerLoggers(new ChannelLogSink(Channel), filter);
        _logger = Loggers.Create(LogTags.Info, "Worker");
        Loop = new EventLoop();
        Ports = new PortManager(settings.RtcPorts, Loop.Input);
        Loop.Input.OnDefect = OnDefect;
        _dtls = new DtlsIdentity(settings, Loop.Input);
        RouterEnvironment environment = new(
            Loop.Deadlines, Loop.Input, new RtpPacketPool(new PacketPool()), ReadWallClock(Loop.Clock))
        {
            Batch = Loop.Input.Batch,
        };
        DropLog drops = new(Loggers.Create(LogTags.Info, "Drops"), Loop.SendQueue.Counters, Channel);
        Loop.AddTurnEnd(drops);
        _handler = new WorkerHandler(
            new WorkerServices(Channel, Registry, Loop, Ports, _dtls, environment, drops), filter);
        RequestDispatcher dispatcher = new(
            Channel, Registry, _handler, Close, Loggers.Create(LogTags.Info, "Channel"));
        _pump = new ChannelPump(
            Loop, input, output, new ChannelReader(layout), Channel, dispatcher, OnChannelBroken);
    }

    /// <summary>The settings that it was started with.</summary>
    public Settings Settings { get; }

    /// <summary>The loop that owns everything.</summary>
    public EventLoop Loop { get; }

    /// <summary>Where sockets come from.</summary>
    public PortManager Ports { get; }

    /// <summary>Where answers, notifications and log lines go.</summary>
    public ChannelWriter Channel { get; }

    /// <summary>Whom the application can address.</summary>
    public HandlerRegistry Registry { get; } = new();

    /// <summary>Where loggers come from.</summary>
    public WorkerLoggers Loggers { get; }

    /// <summary>Tells the application that the worker runs, and works until it is closed.</summary>
    public void Run()
    {
        Channel.Notify(Environment.ProcessId.ToString(), Wire.Notification.Event.WorkerRunning);
        LogSettings(
            LogLevelNames.Name(Settings.LogLevel),
            LogTagNames.Format(Settings.LogTags),
            Settings.RtcPorts.Min,
            Settings.RtcPorts.Max);
        if (Settings.LibwebrtcFieldTrials.Length > 0)
            LogFieldTrials();

        // The notification must not wait for the first event.
        _pump.OnTurnEnd(Loop.NowUs);
        Loop.Run();
        _handler.Close();
        long endUs = Loop.Clock.NowUs + CloseTimeoutUs;
        while (_pump.HasPending && Loop.Clock.NowUs < endUs)
            Loop.RunTurn(endUs - Loop.Clock.NowUs);
    }

    /// <summary>Ends <see cref="Run"/>; what was answered still leaves. Any thread may call it.</summary>
    public void Terminate() => Loop.Stop();

    /// <inheritdoc/>
    public void Dispose()
    {
        _pump.Dispose();
        Loop.Dispose();
        _dtls.Dispose();
    }

    private static WallClock ReadWallClock(IClock clock)
    {
        long unixUs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new WallClock(unixUs - clock.NowUs);
    }

    private void Close()
    {
        _isClosing = true;
        _pump.StopReading();
        Loop.Stop();
    }

    private void OnDefect(string input, Exception defect)
    {
        // A notification that was half written when it happened belongs to no message.
        Channel.NotificationBuilder.Clear();
        if (_defects.TryEnter(Loop.Clock.NowUs, out long suppressed))
            LogDefect(input, suppressed, defect);
    }

    private void OnChannelBroken(string reason)
    {
        // The application drops its end right after it closed the worker; that is no accident.
        if (!_isClosing)
            Console.Error.WriteLine(reason);
        Loop.Stop();
    }

    [LoggerMessage(
        1,
        LogLevel.Debug,
        "settings [logLevel:{Level}, logTags:{Tags}, rtcMinPort:{MinPort}, rtcMaxPort:{MaxPort}]")]
    private partial void LogSettings(string level, string tags, int minPort, int maxPort);

    [LoggerMessage(3, LogLevel.Error, "defect while {Input} was handled, {Suppressed} more before it")]
    private partial void LogDefect(string input, long suppressed, Exception defect);

    [LoggerMessage(2, LogLevel.Warning, "libwebrtcFieldTrials means nothing to this worker")]
    private partial void LogFieldTrials();
}
